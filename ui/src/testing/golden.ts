import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { vi } from 'vitest'

/** An answer of the server exactly as its own tests pin it. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(resolve('../httpapi/testdata/golden', `${name}.json`), 'utf8')) as T
}

export interface Call {
  method: string
  path: string
  body: unknown
}

type Answer = unknown | ((call: Call) => unknown)

/** An answer that is a problem. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly problem: { code: string; detail: string },
  ) {}
}

/** Answers requests by path, the query left out; returns what was asked. */
export function serve(answers: Record<string, Answer>): Call[] {
  const calls: Call[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
    const call = { method: init.method ?? 'GET', path: url, body: init.body ? JSON.parse(String(init.body)) : undefined }
    calls.push(call)
    const known = answers[`${call.method} ${url.split('?')[0]}`] ?? answers[url.split('?')[0] ?? '']
    const said = typeof known === 'function' ? (known as (call: Call) => unknown)(call) : known
    if (said === undefined) return new Response('{"code":"not_found","detail":"There is none."}', { status: 404 })
    if (said instanceof Refusal) return new Response(JSON.stringify(said.problem), { status: said.status })
    return new Response(JSON.stringify(said), { status: 200 })
  })
  return calls
}
