// The reference is made of everything that is exported, and nothing of it lacks a docstring.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const made = join(root, 'build/reference')

// npm's registry is asked for TypeDoc the first time.
test('it is made without a warning, and has every layer', { timeout: 120_000 }, async () => {
  // Rejects with what was printed where there is a warning.
  await promisify(execFile)(process.execPath, ['firmware/api/reference/build-reference.ts'], { cwd: root })
  for (const page of ['facade.Call', 'core.Invitation', 'layers_sip.SipEngine', 'layers_user-agent.Agent'])
    expect(
      ['classes', 'interfaces'].some((kind) => existsSync(join(made, kind, `${page}.html`))),
      page,
    ).toBe(true)
  const notifications = readFileSync(join(made, 'interfaces/core.NotificationMap.html'), 'utf8')
  expect(notifications).toContain('invitation-changed-state')
  expect(notifications).not.toContain('facade-turn')
})
