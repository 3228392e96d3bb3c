// How a program begins: at once, or loaded into a V8 startup snapshot and begun by each process made of that.
import { startupSnapshot } from 'node:v8'

/** Out of what this process was made. */
export type MadeOf = 'snapshot' | 'source'

/**
 * Calls `main`; while a snapshot is built, only notes that it is to be called in each process made of it. There
 * `process.argv`, `process.env` and every clock are that process's own, but what was computed at load is the builder's.
 * Node's own modules named in `soon` are loaded into the snapshot, so that nobody waits for them later.
 */
export function begin(main: (of: MadeOf) => void, soon: readonly string[]): void {
  if (!startupSnapshot.isBuildingSnapshot()) {
    main('source')
    return
  }
  forgetBuilder()
  for (const name of soon) process.getBuiltinModule(name)
  startupSnapshot.setDeserializeMainFunction(() => main('snapshot'))
}

/** What names the building process would make each snapshot another one; Node sets all of it anew at a start. */
function forgetBuilder(): void {
  const nobody = { pid: 0, argv0: '', execPath: '', argv: [], execArgv: [] }
  for (const [name, value] of Object.entries(nobody))
    Object.defineProperty(process, name, { value, configurable: true, writable: true })
}
