// SimpleEcho: answers every call and gives callers back what they say. node firmware/examples/echo.ts [ADDRESS[:PORT]]
import { Account, Call } from '../api/facade/index.ts'
import { begin } from './begin.ts'

class EchoCall extends Call {
  override onCallState() {
    const { stateText, remoteUri } = this.getInfo()
    console.log(stateText, remoteUri)
  }
  override onCallMediaState() {
    if (!this.hasMedia()) return
    const sound = this.getAudioMedia()
    sound.startTransmit(sound)
  }
}

class EchoAccount extends Account {
  override onIncomingCall({ callId }: { readonly callId: number }) {
    new EchoCall(this, callId).answer({ statusCode: 200 })
  }
}

const at = await begin(process.argv[2])
const idUri = `sip:echo@${at}`
new EchoAccount().create({ idUri })
console.log(idUri)
