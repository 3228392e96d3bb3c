// Who this phone is: an id made once, on its first start.
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from './atomic-file.ts'

/** `oh-` and twelve hex digits, kept in `directory`. A damaged file is replaced: an id lost is an id made anew. */
export async function deviceIdentity(directory: string): Promise<string> {
  const path = join(directory, 'identity.json')
  const text = await readFile(path, 'utf8').catch(() => '')
  const known = /^\{"deviceId":"(oh-[0-9a-f]{12})"\}\n$/.exec(text)?.[1]
  if (known !== undefined) return known
  // Asked for here: it takes 10 ms to load, and only this once.
  const { randomBytes } = await import('node:crypto')
  const deviceId = `oh-${randomBytes(6).toString('hex')}`
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await replaceFile(path, `${JSON.stringify({ deviceId })}\n`)
  return deviceId
}
