// The file of a startup snapshot as Node 24 writes it, and what is taken out of it: the cache of compiled code of Node's own modules.

/** A word of 32 bits, a byte: what the file is, and of which kind. */
const BEFORE_NAMES = 5
/** Node's version, architecture and platform, each as long as the word of 64 bits before it says. */
const NAMES = 3
/** Of the word of 32 bits after them: the cache is not there, so no processor has to have what it was compiled for. */
const WITHOUT_CODE_CACHE = 1

/**
 * A snapshot that keeps functions as they were compiled has the cache too, Node knows no third way. It is the last thing in the
 * file, a list of byte strings with their names. Throws when there is none.
 */
export function withoutCodeCache(blob: Buffer): Buffer {
  let at = BEFORE_NAMES
  for (let n = 0; n < NAMES; n++) at += 8 + (word(blob, at) ?? 0)
  // V8's part, by far the largest.
  const rest = at + 8 + blob.readUInt32LE(at + 4)
  const caches: number[] = []
  for (let from = rest; from < blob.length; from++) if (isCache(blob, from)) caches.push(from)
  const [cache] = caches
  if (cache === undefined || caches.length > 1)
    throw new Error(
      `a startup snapshot of ${blob.length} bytes: expected one code cache at its end, found ${caches.length}`,
    )
  const less = Buffer.concat([blob.subarray(0, cache), Buffer.alloc(8)])
  less.writeUInt32LE(blob.readUInt32LE(at) | WITHOUT_CODE_CACHE, at)
  return less
}

/** Undefined: beyond the end, or more than there can be. */
function word(blob: Buffer, at: number): number | undefined {
  if (at + 8 > blob.length || blob.readUInt32LE(at + 4) !== 0) return undefined
  return blob.readUInt32LE(at)
}

/** Whether a list of names and byte strings from here on ends with the file. */
function isCache(blob: Buffer, from: number): boolean {
  const entries = word(blob, from) ?? 0
  let at = from + 8
  for (let strings = 0; strings < 2 * entries; strings++) {
    const length = word(blob, at)
    if (length === undefined) return false
    at += 8 + length
  }
  return entries > 0 && at === blob.length
}
