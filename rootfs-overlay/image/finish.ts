// What Debian's maintainer scripts would have made, and what makes the root this phone's: users, links, certificates, units.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { run } from './run.ts'
import { trimUnits } from './units.ts'

/** Enabled units, by the target that wants them. */
const WANTED: Readonly<Record<string, readonly string[]>> = {
  'multi-user.target.wants': ['systemd-networkd.service'],
  'sysinit.target.wants': ['systemd-resolved.service', 'systemd-timesyncd.service', 'nftables.service'],
  'sockets.target.wants': ['systemd-networkd.socket'],
}

export function finishSystem(root: string, epoch: number): void {
  const at = (path: string) => join(root, path)
  const link = (target: string, path: string) => {
    rmSync(at(path), { force: true, recursive: true })
    symlinkSync(target, at(path))
  }
  for (const folder of ['dev', 'proc', 'sys', 'run', 'tmp', 'var/lib/offhook', 'var/log', 'var/cache', 'etc/ssl/certs'])
    mkdirSync(at(folder), { recursive: true })
  link('/run', 'var/run')
  if (!existsSync(at('bin/sh'))) link('dash', 'bin/sh')
  for (const name of ['passwd', 'group']) copyFileSync(at(`usr/share/base-passwd/${name}.master`), at(`etc/${name}`))
  run('systemd-sysusers', [`--root=${root}`], { env: { SOURCE_DATE_EPOCH: `${epoch}` } })
  for (const backup of globSync('etc/{passwd,group,shadow,gshadow}-', { cwd: root })) rmSync(at(backup))
  rmSync(at('etc/.pwd.lock'), { force: true })

  writeFileSync(at('etc/hostname'), 'offhook\n')
  writeFileSync(at('etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 offhook\n')
  writeFileSync(at('etc/nsswitch.conf'), 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n')
  writeFileSync(at('etc/fstab'), '')
  // Empty: systemd fills it at every start, and does not take the start for the machine's first.
  writeFileSync(at('etc/machine-id'), '')
  // The kernel knows both keys; Debian chooses between them when the package is set up.
  for (const file of ['regulatory.db', 'regulatory.db.p7s']) link(`${file}-debian`, `usr/lib/firmware/${file}`)
  link('/run/systemd/resolve/resolv.conf', 'etc/resolv.conf')
  // Without it Node's ICU reads the file of each zone there is, when it is first asked for a date, to find which it may be.
  link('/usr/share/zoneinfo/Etc/UTC', 'etc/localtime')
  const bundle = at('etc/ssl/certs/ca-certificates.crt')
  writeFileSync(bundle, '')
  for (const file of globSync('usr/share/ca-certificates/mozilla/*.crt', { cwd: root }).sort())
    appendFileSync(bundle, readFileSync(at(file)))
  // Settings of one interface there are none of (usr/lib/sysctl.d), but each interface would wait for a program that looks.
  const rules = at('usr/lib/udev/rules.d/99-systemd.rules')
  const text = readFileSync(rules, 'utf8')
  const without = text.replace(/^.*RUN\+="\/lib\/systemd\/systemd-sysctl .*\n/m, '')
  if (without === text) throw new Error(`${rules} runs systemd-sysctl for no interface any more`)
  writeFileSync(rules, without)

  const units = 'etc/systemd/system'
  mkdirSync(at(units), { recursive: true })
  for (const [target, names] of Object.entries(WANTED)) {
    mkdirSync(at(`${units}/${target}`), { recursive: true })
    for (const name of names)
      if (existsSync(at(`usr/lib/systemd/system/${name}`)))
        link(`/usr/lib/systemd/system/${name}`, `${units}/${target}/${name}`)
  }
  link('/usr/lib/systemd/system/multi-user.target', `${units}/default.target`)
  trimUnits(root)
}
