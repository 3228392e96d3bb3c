// The floor plan as data, and the check that holds the tree to it: who may import whom, what a pure floor may touch.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

interface Floor {
  readonly level: number
  /** No node, no packages, no clock, no chance, no console. */
  readonly pure: boolean
  /** Packages a floor may import, by name. */
  readonly packages?: readonly string[]
  /** The folders a floor stands on, where not every lower one will do. */
  readonly on?: readonly string[]
}

/**
 * Folder → floor. A file belongs to the longest folder that holds it. It may import from its own folder and from lower
 * levels; folders of one level do not know each other. Two kinds stand outside: tests (see `apart`) and `firmware/testing`.
 */
export const FLOORS: Readonly<Record<string, Floor>> = {
  'firmware/base': { level: 0, pure: true },
  'hal/api': { level: 1, pure: true },
  'hal/core': { level: 1.5, pure: true },
  'firmware/sip/message': { level: 1, pure: true },
  'firmware/sdp': { level: 1, pure: true },
  'provisioning/schema': { level: 1, pure: true },
  'firmware/sip/packages': { level: 1.5, pure: true },
  'firmware/sip/transaction': { level: 2, pure: true },
  'firmware/sip/transport': { level: 2, pure: true },
  'firmware/sip/auth': { level: 2, pure: true },
  'firmware/sip/locate': { level: 2.5, pure: true },
  'firmware/sip/dialog': { level: 3, pure: true },
  'firmware/sip/usage': { level: 4, pure: true },
  'firmware/sip/core': { level: 5, pure: true },
  'firmware/media': { level: 6, pure: true },
  'firmware/ua': { level: 7, pure: true },
  'firmware/phone': { level: 8, pure: true },
  'provisioning/core': { level: 9, pure: true },
  'ui-lcd': { level: 10, pure: true },
  'firmware/net': { level: 11, pure: false },
  'hal/linux': { level: 11, pure: false, packages: ['onoff', 'i2c-bus'] },
  'hal/fake': { level: 11, pure: false },
  'hal/portaudio': { level: 11, pure: false, packages: ['naudiodon'] },
  'native/lib': { level: 10.5, pure: false },
  'provisioning/mqtt': { level: 11, pure: false, packages: ['mqtt'] },
  'provisioning/store': { level: 11, pure: false },
  'provisioning/device': { level: 11.5, pure: false },
  'provisioning/fleet': { level: 11.5, pure: false },
  'firmware/runtime': { level: 13, pure: false, packages: ['esbuild'] },
  'firmware/api/core': { level: 13.2, pure: false },
  // Applications step down from it to the core objects: there is no second wiring, neither the user agent's nor one of its own.
  'firmware/api/facade': {
    ...{ level: 13.3, pure: false },
    on: [
      ...['firmware/api/core', 'firmware/base', 'firmware/media', 'firmware/sdp'],
      ...['firmware/sip/message', 'firmware/sip/packages', 'provisioning/schema'],
    ],
  },
  'firmware/api/layers': { level: 13.4, pure: false },
  'firmware/api/reference': { level: 13.4, pure: false },
  'firmware/lab/signal': { level: 1, pure: true },
  'firmware/lab': { level: 13.5, pure: false },
  'firmware/examples': { level: 14, pure: false },
  'firmware/console': { level: 14, pure: false },
}

/** Floors whose types alone a lower or sibling floor may name: a contract is a wall's window. */
const CONTRACTS = [
  'firmware/sip/core/contract.ts',
  'firmware/media/contract.ts',
  'firmware/ua/contract.ts',
  'firmware/phone/contract.ts',
]

/** Packages that exactly one file may import. */
const ONE_FILE = ['onoff', 'i2c-bus', 'mqtt', 'naudiodon']

export const MAX_LINES = 400

const IMPURE = [
  /\bDate\.now\b/,
  /\bnew Date\b/,
  /\bMath\.random\b/,
  /\bset(Timeout|Interval|Immediate)\b/,
  /\bqueueMicrotask\b/,
  /\bprocess\./,
  /\bconsole\./,
  /\bperformance\./,
  /\bBuffer\b/,
]

const TOP = ['firmware', 'hal', 'native', 'ui-lcd', 'provisioning', 'rootfs-overlay', 'test-qemu']

export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** Every TypeScript file of the seven folders under `root`. */
export function readSources(root: string): SourceFile[] {
  return TOP.flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
  )
}

const isTest = (path: string) => /\.(test|bench|contract)\.ts$/.test(path)
/** Test code and test tooling may look anywhere but are looked at by no product file. */
const apart = (path: string) => isTest(path) || /(^|\/)testing\//.test(path) || path.startsWith('test-qemu/')

export function folderOf(path: string): string | undefined {
  return Object.keys(FLOORS)
    .filter((folder) => path.startsWith(folder + '/'))
    .sort((a, b) => b.length - a.length)[0]
}

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|(^|[^:'"`])\/\/.*$/gm, '$1')

interface Import {
  readonly to: string
  readonly typeOnly: boolean
}
function importsOf(text: string): Import[] {
  const found = text.matchAll(
    /(?:^|\n)\s*(import|export)\s+(type\s)?[^;'"`]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
  )
  return [...found].map((m) => ({ to: (m[3] ?? m[4] ?? m[5])!, typeOnly: m[2] !== undefined }))
}

/** Every violation of the plan in words; an empty list is a house in order. */
export function violations(files: readonly SourceFile[]): string[] {
  const bad: string[] = []
  const graph = new Map<string, string[]>()
  const importers = new Map<string, Set<string>>()
  for (const { path, text } of files) {
    const lines = text.split('\n').length
    if (lines > MAX_LINES) bad.push(`${path}: ${lines} lines, at most ${MAX_LINES}`)
    if (
      !apart(path) &&
      path.endsWith('.ts') &&
      !text.startsWith('//') &&
      !text.startsWith('/*') &&
      !text.startsWith('#!')
    )
      bad.push(`${path}: the first line does not say what the file is`)
    const folder = folderOf(path)
    const floor = folder === undefined ? undefined : FLOORS[folder]
    if (floor === undefined && !apart(path) && !path.startsWith('rootfs-overlay/'))
      bad.push(`${path}: stands on no floor`)
    const bare = withoutComments(text)
    if (floor?.pure && !apart(path))
      for (const re of IMPURE) if (re.test(bare)) bad.push(`${path}: pure floor uses ${re.source}`)
    const local: string[] = []
    for (const { to, typeOnly } of importsOf(bare)) {
      if (!to.startsWith('.')) {
        const pack = to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : to.split('/')[0]!
        if (ONE_FILE.includes(pack) && !isTest(path)) importers.set(pack, (importers.get(pack) ?? new Set()).add(path))
        if (floor && !apart(path) && (floor.pure || !to.startsWith('node:')) && !floor.packages?.includes(pack))
          bad.push(`${path}: imports ${to}, which its floor may not`)
        continue
      }
      const target = normalize(join(dirname(path), to))
      if (!typeOnly) local.push(target)
      if (apart(path)) continue
      if (apart(target)) bad.push(`${path} -> ${target}: product code imports test code`)
      const other = folderOf(target)
      if (floor === undefined || other === undefined || other === folder) continue
      const isWindow = typeOnly && CONTRACTS.includes(target)
      if ((FLOORS[other]!.level >= floor.level && !isWindow) || floor.on?.includes(other) === false)
        bad.push(`${path} -> ${target}: ${folder} may not import ${other}`)
    }
    graph.set(path, local)
  }
  for (const [pack, from] of importers)
    if (from.size > 1) bad.push(`${pack}: imported by ${[...from].join(', ')}; one file only`)
  return [...bad, ...cycles(graph)]
}

function cycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'open') found.push(`cycle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`)
    if (state.has(file)) return
    state.set(file, 'open')
    for (const next of graph.get(file) ?? []) visit(next, [...path, file])
    state.set(file, 'done')
  }
  for (const file of graph.keys()) visit(file, [])
  return found
}
