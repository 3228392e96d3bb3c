// An XML document as the data formats of SIP need it: a tree of elements with namespaces (Namespaces in XML 1.0).

export interface XmlAttribute {
  /** Without prefix. */
  readonly name: string
  /** '' when it has no prefix: such attributes belong to their element. */
  readonly namespace: string
  readonly value: string
}

export interface XmlElement {
  /** Without prefix. */
  readonly name: string
  /** '' for none. */
  readonly namespace: string
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly XmlElement[]
  /** Its own character data, what stands between its children joined; that of the children is theirs. */
  readonly text: string
  /** Where it begins, counted from 1. */
  readonly line: number
}

export interface XmlError {
  /** Counted from 1. */
  readonly line: number
  readonly what: string
}

/** The value of an attribute without prefix. */
export const attribute = ({ attributes }: XmlElement, name: string): string | undefined =>
  attributes.find((each) => each.name === name && each.namespace === '')?.value

/** The children of that name in a namespace; '' stands for their parent's own. */
export const childrenOf = (parent: XmlElement, name: string, namespace = ''): readonly XmlElement[] =>
  parent.children.filter((each) => each.name === name && each.namespace === (namespace || parent.namespace))

/** The first of `childrenOf`. */
export const childOf = (parent: XmlElement, name: string, namespace = ''): XmlElement | undefined =>
  childrenOf(parent, name, namespace)[0]

/** Without white space at its ends, and each run inside as one space: what XML Schema calls token. */
export const tokenOf = (text: string): string => text.replace(/[ \t\n]+/g, ' ').replace(/^ | $/g, '')
