// IP address literals (RFC 3986 §3.2.2, RFC 5954 for IPv6).

export function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^[0-9]{1,3}$/.test(part) && Number(part) <= 255)
}

/** Without brackets and zone; the last 32 bits may be written as IPv4. */
export function isIpv6(text: string): boolean {
  if (text.length > 45) return false
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  let count = 0
  for (const [i, group] of groups.entries()) {
    if (i === groups.length - 1 && !text.endsWith('::') && group.includes('.')) {
      if (!isIpv4(group)) return false
      count += 2
    } else if (/^[0-9a-f]{1,4}$/i.test(group)) count++
    else return false
  }
  return halves.length === 2 ? count < 8 : count === 8
}
