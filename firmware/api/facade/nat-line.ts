// What NAT we are behind, as PJSUA says it in descriptions (`a=X-nat`).
import { type NatType, SdpAttribute } from '../core/index.ts'

/** pj_stun_nat_type. */
const NUMBERS: Readonly<Record<NatType, number>> = {
  open: 2,
  blocked: 3,
  'symmetric-firewall': 4,
  'full-cone': 5,
  symmetric: 6,
  restricted: 7,
  'port-restricted': 8,
}

/** `how`: 0 not at all, 1 its number, 2 its name too. What was not found out is number 0. */
export function natLine(how: number, type: NatType | undefined): SdpAttribute | undefined {
  if (how === 0) return undefined
  const number = type === undefined ? 0 : NUMBERS[type]
  return new SdpAttribute('X-nat', how === 1 ? `${number}` : `${number} ${type ?? 'unknown'}`)
}
