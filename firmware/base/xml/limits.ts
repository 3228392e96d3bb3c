// Bounds of an XML document, so that no bytes from the network can cost more than this.

export const XML_LIMITS = {
  /** Bytes: what one SIP message can carry. */
  document: 65_535,
  /** Elements inside each other. */
  depth: 32,
  elements: 4_096,
  /** Of one element, namespace declarations too. */
  attributes: 32,
  /** Namespace declarations in force at one place. */
  namespaces: 32,
  /** Characters of a name with its prefix. */
  name: 256,
} as const
