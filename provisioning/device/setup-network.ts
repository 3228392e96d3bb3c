// Before the network is set up: the setup file's part of it, written for systemd-networkd and wpa_supplicant. A program of its own.
//
//   setup-network SETUP RUN
//
// RUN is /run on the phone. A file with a fault changes nothing: the wire then asks for its address, and the phone tells what
// is wrong. Exit code 1: nothing was written, standard error says why.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { plainFormats } from '../schema/formats.ts'
import { showFault } from '../store/json-file.ts'
import { openSetup } from '../store/setup.ts'
import { networkFiles } from './network-files.ts'

async function main(file: string, run: string): Promise<number> {
  const setup = await openSetup(file, plainFormats)
  if (!setup.ok) {
    process.stderr.write(`${showFault(setup.error)}\n`)
    return 1
  }
  for (const { path, text, mode } of networkFiles(setup.value)) {
    await mkdir(dirname(join(run, path)), { recursive: true })
    await writeFile(join(run, path), text, { mode })
  }
  return 0
}

const [file, run] = process.argv.slice(2)
if (file === undefined || run === undefined) {
  process.stderr.write('usage: setup-network SETUP RUN\n')
  process.exitCode = 2
} else void main(file, run).then((code) => (process.exitCode = code))
