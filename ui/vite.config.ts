import { svelte } from '@sveltejs/vite-plugin-svelte'
import tailwindcss from '@tailwindcss/vite'
import { svelteTesting } from '@testing-library/svelte/vite'
import { defineConfig } from 'vitest/config'

const server = process.env.AGENTE_URL ?? 'http://127.0.0.1:8080'

const proxy = {
  '/api': { target: server },
  '/ws': { target: server, ws: true },
}

export default defineConfig({
  plugins: [tailwindcss(), svelte(), svelteTesting()],
  build: {
    target: 'es2023',
    // Nothing may be inlined as data: URLs, the server's Content-Security-Policy says default-src 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { port: 5173, proxy },
  // The same policy as the server's, so that a violation shows before the binary is built.
  preview: { port: 4173, proxy, headers: { 'Content-Security-Policy': "default-src 'self'" } },
  test: {
    // Generous: a busy machine takes seconds to start jsdom, and a hang is found all the same.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    environment: 'jsdom',
    setupFiles: ['src/testing/setup.ts'],
    include: ['src/**/*.test.ts'],
    restoreMocks: true,
  },
})
