// The topics of one phone: `{prefix}/1/{deviceId}/…`, where 1 is the contract.

export interface Topics {
  /** The whole name of one of the phone's topics. */
  full(suffix: string): string
  /** The part after the phone's root; undefined when the topic is not this phone's. */
  suffix(topic: string): string | undefined
}

export function topics(prefix: string, deviceId: string): Topics {
  const root = `${prefix}/1/${deviceId}/`
  return {
    full: (suffix) => root + suffix,
    suffix: (topic) => (topic.startsWith(root) ? topic.slice(root.length) : undefined),
  }
}
