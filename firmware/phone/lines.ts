// The phone's lines: which accounts there are, whether they are registered, and which one a call goes out on.
import { after, type Millis } from '../base/time.ts'
import { isSip, parseUri } from '../sip/message/uri.ts'
import type { AccountId, UaCommand, UaEvent } from '../ua/contract.ts'
import type { PhoneSettings } from './contract.ts'
import { parseDialMap } from './dial-map.ts'
import { phonebookOf } from './phonebook.ts'
import { registrationReason } from './reasons.ts'
import { reconfigured } from './settled.ts'
import { isUsable, type Line, type PhoneState } from './state.ts'
import { watchAnew } from './watching.ts'

type Send = (command: UaCommand) => void

function hostOf(uri: string): string {
  const parsed = parseUri(uri)
  return parsed.ok && isSip(parsed.value) ? parsed.value.host : uri
}

/** Accounts are handed to the user agent, which does nothing about those that did not change; missing ones are removed. */
export function applySettings(state: PhoneState, settings: PhoneSettings, send: Send): PhoneState {
  for (const line of state.lines)
    if (!settings.accounts.some((a) => a.id === line.account)) send({ kind: 'remove-account', account: line.account })
  const lines = settings.accounts.map(({ id, label, config }): Line => {
    send({ kind: 'set-account', account: id, config })
    const host = config.registrar === undefined ? undefined : hostOf(config.proxies[0] ?? config.registrar)
    const known = state.lines.find((line) => line.account === id && line.host === host)
    return {
      account: id,
      label,
      aor: config.aor,
      host,
      registered: host === undefined || known?.registered === true,
      reason: known?.reason ?? '',
      retryAt: known?.retryAt,
    }
  })
  const choices = reconfigured(state.choices, settings)
  const map = settings.dialMap === '' ? undefined : parseDialMap(settings.dialMap)
  const dialMap = map?.ok === true ? map.value : undefined
  const phonebook = phonebookOf(settings.contacts ?? [], dialMap)
  // Whoever gives settings may have replaced the user agent: what the old one still owed is not waited for.
  const next = { ...state, settings, lines, choices, dialMap, phonebook, leaving: [] }
  return watchAnew(next, state.settings, send)
}

const withLine = (state: PhoneState, account: AccountId, change: (line: Line) => Line): PhoneState => ({
  ...state,
  lines: state.lines.map((line) => (line.account === account ? change(line) : line)),
})

export const onAccountState = (
  state: PhoneState,
  event: Extract<UaEvent, { kind: 'account-state' }>,
  now: Millis,
): PhoneState =>
  withLine(state, event.account, (line) => {
    const { host } = line
    if (host === undefined) return line
    switch (event.registration) {
      case 'registered':
        return { ...line, registered: true, reason: '', retryAt: undefined }
      case 'registering':
        // A refresh keeps the line as it is, and so does a retry: why the last try failed stays on the screen meanwhile.
        return { ...line, retryAt: undefined }
      case 'unregistered': {
        const retryAt = event.retryMs === undefined ? undefined : after(now, event.retryMs)
        return { ...line, registered: false, reason: registrationReason(event, host), retryAt }
      }
      case 'unregistering':
        return { ...line, registered: false, reason: 'not registered', retryAt: undefined }
    }
  })

export const onAccountRefused = (state: PhoneState, account: AccountId, reason: string): PhoneState =>
  withLine(state, account, (line) => ({ ...line, registered: false, reason, retryAt: undefined }))

/** The line preferred if it is usable, the first usable one, else the first: trying tells more than refusing. `tried` are left out. */
export function chooseLine(state: PhoneState, tried: readonly AccountId[], preferred?: AccountId): Line | undefined {
  const left = state.lines.filter((line) => !tried.includes(line.account))
  const own = left.find((line) => line.account === preferred && isUsable(line))
  return own ?? left.find((line) => line.registered) ?? left.find(isUsable) ?? left[0]
}
