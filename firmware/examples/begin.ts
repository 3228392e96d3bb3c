// What the examples begin with: an endpoint that runs, with UDP at an address of this host.
import { Endpoint } from '../api/facade/index.ts'

/** `at`: `127.0.0.1` or `127.0.0.1:5070`; without a port the kernel chooses. Gives where the endpoint is called: `host:port`. */
export async function begin(at = '127.0.0.1'): Promise<string> {
  const [boundAddress = '', port = '0'] = at.split(':')
  const endpoint = new Endpoint()
  endpoint.libCreate()
  endpoint.libInit()
  const transport = endpoint.transportCreate('udp', { boundAddress, port: Number(port) })
  await endpoint.libStart()
  process.once('SIGINT', () => void endpoint.libDestroy().then(() => process.exit(0)))
  process.once('SIGTERM', () => void endpoint.libDestroy().then(() => process.exit(0)))
  return endpoint.transportGetInfo(transport).localAddress
}
