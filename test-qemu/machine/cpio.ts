// An initrd of a few files: cpio in the "new ASCII" format the kernel unpacks (Documentation/driver-api/early-userspace/buffer-format).

export type InitrdFile =
  | {
      readonly data: string | Uint8Array
      /** Permission bits; 0o644 unless given. */
      readonly mode?: number
    }
  /** A symbolic link. */
  | { readonly link: string }

const [REGULAR, FOLDER, LINK] = [0o100000, 0o040000, 0o120000]

/** Files by their path, with the folders above them, all root's. */
export function cpio(files: Readonly<Record<string, InitrdFile>>): Buffer {
  const folders = new Set(Object.keys(files).flatMap(foldersAbove))
  const entries = [
    ...[...folders].sort().map((name) => entry(name, FOLDER | 0o755, Buffer.alloc(0))),
    ...Object.entries(files).map(([name, file]) =>
      'link' in file
        ? entry(name, LINK | 0o777, Buffer.from(file.link))
        : entry(name, REGULAR | (file.mode ?? 0o644), Buffer.from(file.data)),
    ),
    entry('TRAILER!!!', 0, Buffer.alloc(0)),
  ]
  return Buffer.concat(entries)
}

const foldersAbove = (path: string): string[] => {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, n) => parts.slice(0, n + 1).join('/'))
}

/** Names and data each end at a multiple of four. */
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)])

function entry(name: string, mode: number, data: Buffer): Buffer {
  const path = Buffer.from(`${name}\0`)
  // Inode, mode, owner, group, links, time, size, device (4), length of the name, checksum.
  const fields = [0, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, path.length, 0]
  const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`
  return Buffer.concat([padded(Buffer.concat([Buffer.from(head), path])), padded(data)])
}
