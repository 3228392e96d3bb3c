// A phone without a battery wakes up in 1970, where no certificate is valid yet: it finds its broker over TLS all the same.
import { expect } from 'vitest'
import { createAuthority } from '../../provisioning/testing/certificates.ts'
import { NAME } from '../network/network.ts'
import { scenario } from './scenario.ts'

/** Valid since before the image was built, days. */
const SINCE = 400

scenario(
  'clock',
  'a clock at 1970, and a broker whose certificate is valid now',
  320,
  async (scene) => {
    await scene.configure()
    const phone = await scene.on({ rtc: '1970-01-01T00:00:00' })
    await phone.ready()
    await scene.operator.sees('config/reported', { version: 1, result: 'applied' })
    expect(await phone.shell.out('cat /sys/class/rtc/rtc0/date')).toContain('1970-01-01')
    const { clock } = await scene.operator.sees('info', {})
    const { floor } = clock as { floor: string }
    const year = Number(await phone.shell.out('date +%Y'))
    expect(year).toBeGreaterThanOrEqual(new Date(floor).getUTCFullYear())
  },
  {
    tls(folder) {
      const authority = createAuthority(folder, 'ca', SINCE)
      return { ca: authority.ca, ...authority.sign('broker', { host: NAME }) }
    },
  },
)
