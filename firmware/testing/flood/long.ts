// `npm run flood`: the long forms of the tests under load: floods of 10 s each, and 200 calls in a row.
import { spawnSync } from 'node:child_process'

const tests = ['firmware/testing/flood', 'firmware/testing/interop/many-calls.test.ts']
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...tests], {
  stdio: 'inherit',
  env: { ...process.env, FLOOD_SECONDS: '10', MANY_CALLS: '200' },
})
process.exit(status ?? 1)
