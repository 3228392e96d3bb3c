// Machines that start in the midst of their life: memory, devices, disk and board kept in a folder, made once.
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Machine, powerOn } from './machine.ts'
import type { MachineOptions } from './options.ts'

const snapshots = fileURLToPath(new URL('../../build/snapshots', import.meta.url))

export interface Kind extends Omit<MachineOptions, 'folder' | 'from' | 'data'> {
  /** An ext4 volume labelled offhook-data, as a file; the machine has a copy of it. */
  readonly disk?: string
}

const DISK = 'data.ext4'

/**
 * What `powerOn` needs besides a folder to go on from what is kept. When there is nothing of this image and kind yet, a
 * machine is powered on, brought to where it shall begin by `prepare`, kept and switched off. Of each name there is one.
 * What is written to the disk of a machine that goes on is gone when it ends.
 */
export async function snapshotOf(
  name: string,
  kind: Kind,
  prepare: (machine: Machine) => Promise<void>,
): Promise<Omit<MachineOptions, 'folder'>> {
  const { disk, ...options } = kind
  const from = join(snapshots, `${name}-${keyOf(kind)}`)
  const onDisk = (folder: string, how: string) =>
    disk === undefined ? {} : { data: `file=${join(folder, DISK)},format=raw${how}` }
  if (!existsSync(from)) {
    mkdirSync(snapshots, { recursive: true })
    for (const old of globSync(`${name}-*`, { cwd: snapshots })) rmSync(join(snapshots, old), { recursive: true })
    const folder = `${from}.partial`
    mkdirSync(folder)
    if (disk !== undefined) copyFileSync(disk, join(folder, DISK))
    const machine = await powerOn({ ...options, ...onDisk(folder, ''), folder })
    try {
      await prepare(machine)
      await machine.save(folder)
    } finally {
      await machine.kill()
    }
    renameSync(folder, from)
  }
  return { ...options, ...onDisk(from, ',snapshot=on'), from }
}

/** Of everything that makes it what it is; of ports only their names, since their places move. */
function keyOf({ image, initrds = [], disk, ports = {}, ...rest }: Kind): string {
  const hash = createHash('sha256')
  const files = [join(image, 'SHA256SUMS'), ...initrds, ...(disk === undefined ? [] : [disk])]
  for (const file of files) hash.update(readFileSync(file))
  return hash
    .update(JSON.stringify({ ...rest, ports: Object.keys(ports) }))
    .digest('hex')
    .slice(0, 16)
}
