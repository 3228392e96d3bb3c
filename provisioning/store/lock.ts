// One process on a state folder: a name the kernel gives to one holder at a time and takes back when that one is gone,
// however it went. Nothing is left on the disk.
import { realpath } from 'node:fs/promises'
import { createServer } from 'node:net'
import { utf8Encode } from '../../firmware/base/bytes.ts'
import { sha256 } from '../../firmware/base/hash/sha256.ts'

/** Resolves with what gives the folder back. Rejects with an Error that names the folder when another process has it. */
export async function lockFolder(directory: string): Promise<() => Promise<void>> {
  const path = await realpath(directory)
  // A name of Linux's abstract namespace, at most 107 bytes long.
  const name = `\0offhook-state-${sha256(utf8Encode(path))}`
  const holder = createServer((visitor) => visitor.destroy())
  await new Promise<void>((resolve, reject) => {
    holder.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new Error(`another phone runs on the state folder ${path}`) : error),
    )
    holder.listen(name, resolve)
  })
  holder.unref()
  return () => new Promise((resolve) => holder.close(() => resolve()))
}
