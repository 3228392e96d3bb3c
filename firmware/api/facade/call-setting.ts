// How media of a call is to be, as far as that can be.
import { CoreError, SdpSession } from '../core/index.ts'
import type { CallSetting } from './call-types.ts'
import { OperationError } from './errors.ts'

/** What there is no way to do is refused. */
export function settingOf(operation: string, setting: CallSetting = {}): CallSetting {
  const { audioCount = 1, videoCount = 0 } = setting
  if (audioCount !== 1)
    throw new OperationError(operation, 'unsupported', `opt.audioCount: expected 1, got ${audioCount}`)
  if (videoCount !== 0)
    throw new OperationError(operation, 'unsupported', `opt.videoCount: expected 0, got ${videoCount}`)
  if (setting.sdp !== undefined) checkSdp(operation, setting.sdp)
  return setting
}

function checkSdp(operation: string, sdp: string): void {
  try {
    SdpSession.parse(sdp)
  } catch (error) {
    if (!(error instanceof CoreError)) throw error
    throw new OperationError(operation, 'argument', `opt.sdp: expected a session description: ${error.text}`, error)
  }
}
