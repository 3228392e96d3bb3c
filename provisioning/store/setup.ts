// The setup file on this phone: read, its account taken over into the store, its broker into the bootstrap.
import { readFile } from 'node:fs/promises'
import { err, ok, type Result } from '../../firmware/base/result.ts'
import { Secret } from '../../firmware/base/secret.ts'
import { isNews, localDocument } from '../core/local.ts'
import { remember, type Stored } from '../core/stored.ts'
import type { Formats } from '../schema/json-schema.ts'
import { readSetup, type Setup } from '../schema/setup.ts'
import type { Bootstrap } from './bootstrap.ts'
import type { FileFault } from './json-file.ts'
import type { Store } from './store.ts'

/** `{}` when there is no such file, or none is named. */
export async function openSetup(file: string | undefined, formats: Formats): Promise<Result<Setup, FileFault>> {
  if (file === undefined) return ok({})
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return ok({})
    return err({ file, errors: [{ path: '', expected: 'a readable file', got: code ?? String(error), hint: '' }] })
  }
  const setup = readSetup(text, formats)
  return setup.ok ? setup : err({ file, errors: setup.error })
}

/** A broker of the bootstrap file has its way over the setup file's. */
export function withBroker(bootstrap: Bootstrap, { broker }: Setup): Bootstrap {
  if (broker === undefined || bootstrap.broker !== undefined) return bootstrap
  const { url, username, password } = broker
  const credentials = username === undefined ? undefined : { username, password: new Secret(password ?? '') }
  return { ...bootstrap, broker: url, credentials }
}

/**
 * What the phone starts with. The file's account is on the boot volume whatever happens, so a disk that does not take it
 * keeps nobody from using it: `failed` is told, and the next start tries again.
 */
export async function takeOver(
  store: Store,
  setup: Setup,
  formats: Formats,
  fingerprint: (text: string) => string,
  failed: (error: unknown) => void,
): Promise<Stored> {
  const document = localDocument(setup, formats, fingerprint)
  if (document === undefined || !isNews(document, store.stored)) return store.stored
  const record = { kind: 'local', document } as const
  const taken = remember(store.stored, record)
  await store.append(record).catch(failed)
  return taken
}
