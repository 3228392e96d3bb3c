// Mailboxes as servers tell of them.
import { expect, test } from 'vitest'
import { type MessageSummary, parseMessageSummary, printMessageSummary } from './message-summary.ts'

function read(content: string): MessageSummary {
  const parsed = parseMessageSummary(content)
  if (!parsed.ok) throw new Error(`line ${parsed.error.line}: ${parsed.error.what}`)
  return parsed.value
}

test('counts, account, and the headers of single messages passed over', () => {
  const text =
    'Messages-Waiting: yes\r\nMessage-Account: sip:alice@vmail.example.com\r\nVoice-Message: 4/8 (1/2)\r\n' +
    'Text-Message:3 / 7\r\nX-Other: what\r\n\r\nTo: <alice@example.com>\r\nFrom: not a count\r\n'
  expect(read(text)).toEqual({
    waiting: true,
    account: 'sip:alice@vmail.example.com',
    counts: {
      voice: { fresh: 4, old: 8, urgentFresh: 1, urgentOld: 2 },
      text: { fresh: 3, old: 7, urgentFresh: 0, urgentOld: 0 },
    },
  })
})

test.each([
  ['messages-waiting: NO', { waiting: false, account: undefined, counts: {} }],
  ['\nMessages-Waiting : yes\n', { waiting: true, account: undefined, counts: {} }],
  ['Messages-Waiting: yes\nMessage-Account: <sip:a@b>\n', { waiting: true, account: 'sip:a@b', counts: {} }],
])('%j', (text, summary) => {
  expect(read(text)).toEqual(summary)
})

test.each([
  ['', 'line 1: no Messages-Waiting'],
  ['Voice-Message: 1/1\n', 'line 1: no Messages-Waiting'],
  ['Messages-Waiting: maybe', 'line 1: Messages-Waiting is neither yes nor no'],
  ['Messages-Waiting: yes\nVoice-Message: some', 'line 2: Voice-Message is not new/old (urgent new/urgent old)'],
  ['Messages-Waiting: yes\nVoice-Message: 1/2 (3)', 'line 2: Voice-Message is not new/old (urgent new/urgent old)'],
  ['Messages-Waiting: yes\nnonsense', 'line 2: expected a name, a colon and a value'],
])('%j is refused', (text, why) => {
  expect(() => read(text)).toThrow(why)
})

test('written and read again; a line break in the account ends no line', () => {
  const count = { fresh: 1, old: 2, urgentFresh: 0, urgentOld: 1 }
  const summary: MessageSummary = {
    waiting: true,
    account: 'sip:ä@b',
    counts: { voice: count, fax: count, none: count },
  }
  expect(read(printMessageSummary(summary))).toEqual(summary)
  expect(read(printMessageSummary({ ...summary, account: 'a\r\nVoice-Message: 9/9' })).counts.voice).toEqual(count)
})
