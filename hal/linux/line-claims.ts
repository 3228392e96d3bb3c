// Lines of sysfs before onoff opens them: taken from the kernel, until the device manager has given their files to us.
import { accessSync, closeSync, constants, existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { LineClaims } from '../api/lines.ts'

/** `root`: where the chips are listed. */
export function lineClaims(root: string): LineClaims {
  const at = (number: number, file = ''): string => join(root, `gpio${number}`, file)
  // Never made anew: these files are the kernel's.
  const tell = (file: 'export' | 'unexport', number: number): void => {
    const fd = openSync(join(root, file), constants.O_WRONLY)
    try {
      writeSync(fd, `${number}`)
    } finally {
      closeSync(fd)
    }
  }
  const tellsEdges = (number: number): boolean => existsSync(at(number, 'edge'))
  return {
    take(number) {
      if (!existsSync(at(number))) tell('export', number)
    },
    isOurs(number) {
      const files = ['value', 'direction', 'active_low', ...(tellsEdges(number) ? ['edge'] : [])]
      try {
        for (const file of files) accessSync(at(number, file), constants.R_OK | constants.W_OK)
        return true
      } catch (cause) {
        if (!existsSync(at(number))) throw cause
        return false
      }
    },
    tellsEdges,
    isAskedForEdges: (number) => readFileSync(at(number, 'edge'), 'utf8').trim() === 'both',
    giveBack(number) {
      try {
        tell('unexport', number)
      } catch {
        // The chip went away.
      }
    },
  }
}
