// The suite of tests in real time. A shared virtual machine may stand still for longer than any jitter buffer: a test that failed
// while this was seen is tried again, and no other.
import { defineConfig, mergeConfig } from 'vitest/config'
import base from '../../../vitest.config.ts'
import { STOOD_STILL } from './host.ts'

export default mergeConfig(
  base,
  defineConfig({
    test: {
      root: new URL('../../..', import.meta.url).pathname,
      setupFiles: ['firmware/testing/real-time/setup.ts'],
      retry: { count: 2, condition: new RegExp(STOOD_STILL) },
    },
  }),
)
