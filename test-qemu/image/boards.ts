// Boards nobody boots here (Pi 4, CM4, Zero 2 W), by inspection: what their firmware, U-Boot and kernel will find is looked
// up in the built image. Registers its tests in the file that has built it.
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { DEVICE_TREES, LEFT_OUT_MODULES } from '../../rootfs-overlay/image/contents.ts'
import { fatFile } from './contents.ts'

export interface Built {
  readonly card: string
  /** The root, unpacked. */
  readonly root: string
  /** vmlinuz and initrd.gz are there. */
  readonly image: string
  readonly scratch: string
}

const MODELS: Readonly<Record<string, string>> = {
  'bcm2837-rpi-3-b': 'raspberrypi,3-model-b',
  'bcm2837-rpi-3-b-plus': 'raspberrypi,3-model-b-plus',
  'bcm2837-rpi-3-a-plus': 'raspberrypi,3-model-a-plus',
  'bcm2837-rpi-zero-2-w': 'raspberrypi,model-zero-2-w',
  'bcm2711-rpi-4-b': 'raspberrypi,4-model-b',
  'bcm2711-rpi-400': 'raspberrypi,400',
  'bcm2711-rpi-cm4-io': 'raspberrypi,4-compute-module',
}
const isPi4 = (name: string) => name.startsWith('bcm2711')

/** Paths of the enabled nodes → what drives them. */
function devices(file: string): Map<string, readonly string[]> {
  const source = execFileSync('dtc', ['-q', '-I', 'dtb', '-O', 'dts', file], { encoding: 'utf8' })
  const found = new Map<string, readonly string[]>()
  const stack: { path: string; compatible: readonly string[]; on: boolean }[] = []
  for (const line of source.split('\n')) {
    const node = /^\s*(\S+) \{$/.exec(line)
    const above = stack.at(-1)
    if (node) stack.push({ path: `${above?.path ?? ''}/${node[1]}`, compatible: [], on: above?.on ?? true })
    else if (/^\s*\};$/.test(line)) {
      const { path, compatible, on } = stack.pop()!
      if (on) found.set(path, compatible)
    } else if (above) {
      const names = /^\s*compatible = "([^"]*)"/.exec(line)
      if (names) above.compatible = names[1]!.split('\\0')
      if (/^\s*status = "disabled"/.test(line)) above.on = false
    }
  }
  return found
}

export function boardTests(built: () => Built): void {
  const tree = (name: string) => {
    const file = join(built().scratch, `${name}.dtb`)
    writeFileSync(file, fatFile(built().card, `${name}.dtb`))
    return devices(file)
  }
  const modulesFolder = () => join(built().root, 'usr/lib/modules')
  const aliases = () => {
    const [file] = globSync('*/modules.alias', { cwd: modulesFolder() })
    return readFileSync(join(modulesFolder(), file!), 'utf8')
  }
  const drivers = (compatible: readonly string[], text: string) =>
    compatible.flatMap((name) =>
      [...text.matchAll(/^alias of:N\*T\*C([^* ]+) (\S+)$/gm)]
        .filter(([, one]) => one === name)
        .map(([, , module]) => module!),
    )

  test('every board of the list is looked at', () => {
    expect(Object.keys(MODELS).sort()).toEqual([...DEVICE_TREES].sort())
  })

  test.each(Object.entries(MODELS))(
    '%s: card, display’s bus, USB and watchdog are on, the first with its driver',
    (name, model) => {
      const nodes = tree(name)
      expect([...nodes.values()].at(-1), 'the outermost node is closed last').toContain(model)
      const there = (pattern: RegExp) => [...nodes].filter(([path]) => pattern.test(path))
      expect(there(/\/i2c@7e804000$/).length).toBe(1)
      expect(there(/\/gpio@7e200000$/).length).toBe(1)
      expect(there(/\/watchdog@7e100000$/).length).toBe(1)
      const card = there(isPi4(name) ? /\/emmc2bus\/mmc@7e340000$/ : /\/soc\/mmc@7e202000$/)
      expect(card.length).toBe(1)
      const driver = isPi4(name) ? 'sdhci_iproc' : 'bcm2835'
      expect(drivers(card[0]![1], aliases())).toContain(driver)
      const packed = gunzipSync(readFileSync(join(built().image, 'initrd.gz')))
      const initrd = execFileSync('cpio', ['-t', '--quiet'], { input: packed, encoding: 'utf8' })
      for (const module of [driver, ...(isPi4(name) ? ['fixed', 'gpio-regulator'] : [])])
        expect(initrd, module).toContain(`modules/${module.replaceAll('_', '-')}.ko`)
      if (isPi4(name)) expect(there(/\/pcie@7d500000$/).length).toBe(1)
      else expect(there(/\/usb@7e980000$/).length).toBe(1)
    },
  )

  test('no driver of theirs is missing in the root, but those left out on purpose', () => {
    const text = aliases()
    const wanted = new Set(
      Object.keys(MODELS).flatMap((name) => [...tree(name).values()].flatMap((one) => drivers(one, text))),
    )
    // modules.alias is made of what is there: a driver that is not there has no line. So the ones to be found are named.
    for (const name of [
      'genet',
      'i2c_bcm2835',
      'dwc2',
      'sdhci_iproc',
      'bcm2835',
      'reset_raspberrypi',
      'fixed',
      'bcm2711_thermal',
    ])
      expect([...wanted], name).toContain(name)
    for (const name of LEFT_OUT_MODULES) expect([...wanted]).not.toContain(name)
    const there = globSync('**/*.ko', { cwd: modulesFolder() }).join('\n').replaceAll('-', '_')
    for (const name of [
      'brcmfmac',
      'raspberrypi_cpufreq',
      'bcm2835_wdt',
      'snd_usb_audio',
      'smsc95xx',
      'lan78xx',
      'i2c_dev',
      'snd_soc_wm8960',
    ])
      expect(there, name).toMatch(new RegExp(`/${name}\\.ko$`, 'm'))
  })

  test('what U-Boot loads lies apart in the memory of the smallest board', () => {
    const script = fatFile(built().card, 'boot.scr').toString('latin1')
    const at = (name: string) => Number(new RegExp(`^setenv ${name}_at (0x[0-9a-f]+)$`, 'm').exec(script)?.[1])
    const packed = readFileSync(join(built().image, 'vmlinuz'))
    const kernel = gunzipSync(packed)
    // The image's own header says how much memory it takes, BSS included.
    const text: readonly [number, number] = [at('text'), 0x10000]
    const areas = [
      text,
      [at('kernel'), Number(kernel.readBigUInt64LE(16))],
      [at('initrd'), statSync(join(built().image, 'initrd.gz')).size],
      [at('packed'), packed.length],
    ] as const
    expect(kernel.readUInt32LE(56).toString(16)).toBe('644d5241')
    let end = 0x02400000 + 0x10000
    for (const [start, bytes] of areas) {
      expect(start).toBeGreaterThanOrEqual(end)
      end = start + bytes
    }
    // 512 MiB less the 76 MiB that the graphics of a Zero 2 W take, less U-Boot itself.
    expect(end).toBeLessThan((512 - 76 - 32) * 1024 * 1024)
  })

  test('config.txt says what the board profile asks for, in the words of its description', () => {
    const config = fatFile(built().card, 'config.txt').toString().split('\n')
    const profiles = readFileSync(new URL('../../hal/linux/profiles.ts', import.meta.url), 'utf8')
    const asked = [...profiles.matchAll(/`((?:gpio|dtparam)=[^`]+)`/g)].map(([, line]) => line!)
    expect(asked.length).toBe(2)
    for (const line of [...asked, 'arm_64bit=1', 'kernel=u-boot.bin', 'enable_uart=1', 'upstream_kernel=1'])
      expect(config).toContain(line)
  })
}
