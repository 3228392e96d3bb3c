// The board the bootstrap file asks for: one described in a file of its own, or one of the profiles that come along.
import { readBoard } from '../../hal/linux/board-file.ts'
import { type BoardProfile, PROFILES } from '../../hal/linux/profiles.ts'
import type { Bootstrap } from '../../provisioning/store/bootstrap.ts'
import { readJson, showFault } from '../../provisioning/store/json-file.ts'
import { err, ok, type Result } from '../base/result.ts'

/** The error is a text for the journal, a line per fault. */
export async function chooseBoard({
  board,
  boardFile: file,
}: Pick<Bootstrap, 'board' | 'boardFile'>): Promise<Result<BoardProfile, string>> {
  if (file === undefined) {
    const profiles: Readonly<Record<string, BoardProfile>> = PROFILES
    const profile = Object.hasOwn(profiles, board) ? profiles[board] : undefined
    return profile === undefined
      ? err(
          `no board profile "${board}"; there is: ${Object.keys(profiles).join(', ')}; or describe yours in a boardFile`,
        )
      : ok(profile)
  }
  const document = await readJson(file)
  if (!document.ok) return err(showFault(document.error))
  const profile = readBoard(document.value)
  return profile.ok ? profile : err(showFault({ file, errors: profile.error }))
}
