/** A refusal or a failure, as the server's problem details say it; code "offline" is ours: nobody answered. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly fields: { location?: string; message: string }[] = [],
  ) {
    super(detail)
    this.name = 'ApiError'
  }
}

let signedOut: () => void = () => {}

/** Says what happens when the server no longer knows the session. */
export function onSignedOut(handler: () => void): void {
  signedOut = handler
}

export const get = <T>(path: string): Promise<T> => call<T>('GET', path)
export const post = <T>(path: string, body: unknown = {}): Promise<T> => call<T>('POST', path, body)
export const put = <T>(path: string, body: unknown): Promise<T> => call<T>('PUT', path, body)
export const patch = <T>(path: string, body: unknown): Promise<T> => call<T>('PATCH', path, body)
export const del = (path: string): Promise<void> => call<void>('DELETE', path)

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method, credentials: 'same-origin', headers: { Accept: 'application/json' } }
  if (body !== undefined) {
    init.headers = { ...init.headers, 'Content-Type': 'application/json' }
    init.body = JSON.stringify(body)
  }
  let answer: Response
  try {
    answer = await fetch(path, init)
  } catch {
    throw new ApiError(0, 'offline', '')
  }
  if (!answer.ok) throw await problem(answer, path)
  return answer.status === 204 ? (undefined as T) : parse<T>(answer)
}

async function parse<T>(answer: Response): Promise<T> {
  const text = await answer.text()
  if (text === '') return undefined as T
  try {
    return JSON.parse(text) as T
  } catch {
    throw new ApiError(answer.status, 'malformed_answer', '')
  }
}

async function problem(answer: Response, path: string): Promise<ApiError> {
  const said = await answer.json().catch(() => ({}))
  if (answer.status === 401 && path !== '/api/login') signedOut()
  return new ApiError(answer.status, said.code ?? `http_${answer.status}`, said.detail ?? said.title ?? '', said.errors ?? [])
}
