// A password a server asks for that no option has, or another one than it refused: asked for at the terminal, typed unseen.
import type { Account, OnAuthChallengeParam } from '../../api/facade/index.ts'
import type { PersonCommand } from './command.ts'

/** Undefined: the account answers by itself, or nobody here could. */
export function passwordFor(
  account: Account,
  { challenge, method, realm, ownCredentials }: OnAuthChallengeParam,
): PersonCommand | undefined {
  if (ownCredentials === 'fit' || realm === '') return undefined
  challenge.defer()
  const before = ownCredentials === 'refused' ? ', what was said before is refused' : ''
  return {
    asks: [`${account.uri} is asked by ${realm} who it is (${method})${before}; user name`, 'password'],
    hides: 1,
    help: '',
    isDue: () => challenge.isValid(),
    givenUp: () => challenge.isValid() && challenge.abandon(),
    run: (_person, username = '', data = '') => challenge.respond([{ username, data }]),
  }
}
