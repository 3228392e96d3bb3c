// The house stands as planned; and each rule is shown to bite by a planted violation.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { MAX_LINES, readSources, type SourceFile, violations } from './floors.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const plant = (path: string, text: string): SourceFile => ({ path, text: `// planted\n${text}` })

test('the tree keeps to the floor plan', () => {
  const files = readSources(root)
  expect(files.length).toBeGreaterThan(20)
  expect(violations(files)).toEqual([])
})

test('the top level is the agreed one', () => {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && !entry.name.startsWith('.') && !['node_modules', 'build'].includes(entry.name),
    )
    .map((entry) => entry.name)
  expect(folders.sort()).toEqual([
    'docs',
    'firmware',
    'hal',
    'native',
    'provisioning',
    'rootfs-overlay',
    'test-qemu',
    'ui-lcd',
  ])
})

const planted: readonly [string, readonly SourceFile[], RegExp][] = [
  [
    'an import upward',
    [plant('firmware/base/a.ts', "import { b } from '../ua/b.ts'"), plant('firmware/ua/b.ts', '')],
    /may not import/,
  ],
  [
    'an import between siblings',
    [plant('firmware/sdp/a.ts', "import { b } from '../sip/message/b.ts'"), plant('firmware/sip/message/b.ts', '')],
    /may not import/,
  ],
  [
    'a façade over the user agent',
    [
      plant('firmware/api/facade/a.ts', "import type { B } from '../../ua/contract.ts'"),
      plant('firmware/ua/contract.ts', ''),
    ],
    /api\/facade may not import firmware\/ua/,
  ],
  [
    'a façade with a wiring of its own',
    [plant('firmware/api/facade/a.ts', "import { b } from '../../runtime/b.ts'"), plant('firmware/runtime/b.ts', '')],
    /api\/facade may not import firmware\/runtime/,
  ],
  [
    'a cycle',
    [plant('firmware/ua/a.ts', "import { b } from './b.ts'"), plant('firmware/ua/b.ts', "import { a } from './a.ts'")],
    /cycle/,
  ],
  ['node in a pure floor', [plant('firmware/phone/a.ts', "import { readFileSync } from 'node:fs'")], /may not/],
  ['a package in a pure floor', [plant('ui-lcd/a.ts', "import x from 'mqtt'")], /may not/],
  ['a clock in a pure floor', [plant('firmware/sip/core/a.ts', 'const t = Date.now()')], /Date/],
  ['chance in a pure floor', [plant('firmware/sip/core/a.ts', 'const t = Math.random()')], /random/],
  ['a timer in a pure floor', [plant('hal/core/a.ts', 'setTimeout(() => {}, 1)')], /Timeout/],
  [
    'a lazy import upward',
    [plant('firmware/base/a.ts', "const b = await import('../ua/b.ts')"), plant('firmware/ua/b.ts', '')],
    /may not import/,
  ],
  [
    'test code in the product',
    [plant('firmware/ua/a.ts', "import { f } from '../testing/f.ts'"), plant('firmware/testing/f.ts', '')],
    /test code/,
  ],
  [
    'two files importing mqtt',
    [plant('provisioning/mqtt/a.ts', "import x from 'mqtt'"), plant('provisioning/mqtt/b.ts', "import x from 'mqtt'")],
    /one file only/,
  ],
  ['a file too long', [plant('firmware/ua/a.ts', '\n'.repeat(MAX_LINES))], /lines/],
  ['a file that does not say what it is', [{ path: 'firmware/ua/a.ts', text: 'export const a = 1' }], /first line/],
  ['a folder on no floor', [plant('firmware/new/a.ts', '')], /no floor/],
]
test.each(planted)('%s is found', (_name, files, message) => {
  expect(violations(files).join('\n')).toMatch(message)
})

test('a contract may be named from below by type only', () => {
  const contract = plant('firmware/ua/contract.ts', '')
  expect(violations([contract, plant('firmware/media/a.ts', "import type { A } from '../ua/contract.ts'")])).toEqual([])
  expect(violations([contract, plant('firmware/media/a.ts', "import { A } from '../ua/contract.ts'")])).not.toEqual([])
})
