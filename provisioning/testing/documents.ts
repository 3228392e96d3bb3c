// Documents for tests.

export interface DocumentParts {
  readonly version?: number
  readonly apply?: object
  readonly account?: object
  readonly config?: object
  readonly secrets?: object
}

/** A valid document with one line `main`; parts given replace its own. */
export const documentWith = ({
  version = 1,
  apply = { when: 'now' },
  account,
  config,
  secrets,
}: DocumentParts = {}) => ({
  contract: 1,
  version,
  apply,
  config: {
    accounts: [{ id: 'main', aor: 'sip:alice@example.com', registrar: 'sip:example.com', ...account }],
    ...config,
  },
  secrets: secrets ?? { main: { password: 'open sesame' } },
})

export const text = (parts: DocumentParts = {}): string => JSON.stringify(documentWith(parts))
