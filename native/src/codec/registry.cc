// The codecs of this build.
#include "codec.h"
#include "comfort_noise.h"
#include "g711.h"
#include "g722.h"
#include "g726.h"
#include "gsm.h"
#include "ilbc.h"
#include "l16.h"
#include "opus.h"
#include "speex.h"

namespace offhook {

std::unique_ptr<AudioCodec> makeCodec(const Codec& wanted, std::string& why) {
  std::unique_ptr<AudioCodec> made;
  if (wanted.name == "PCMU") made = makePcmu();
  if (wanted.name == "PCMA") made = makePcma();
  if (wanted.name == "G722") made = makeG722();
  if (wanted.name == "L16" && (wanted.clockRate == 8000 || wanted.clockRate == 16000 || wanted.clockRate == 48000)) made = makeL16(wanted.clockRate);
  if (wanted.name == "OPUS") made = makeOpus(wanted);
  if (wanted.name == "CN" && wanted.clockRate % 8000 == 0 && wanted.clockRate > 0 && wanted.clockRate <= 48000) made = makeComfortNoise(wanted.clockRate);
  if (wanted.name == "GSM") made = makeGsm();
  if (wanted.name == "ILBC") made = makeIlbc(wanted);
  if (wanted.name == "SPEEX") made = makeSpeex(wanted);
  if (wanted.name.find("G726-") != std::string::npos) made = makeG726(wanted.name);
  const uint8_t channels = wanted.name == "OPUS" ? 2 : 1;  // RFC 7587 §7: in name, whatever is sent.
  if (made && made->clockRate() == wanted.clockRate && wanted.channels == channels) return made;
  why = "no codec " + wanted.name + "/" + std::to_string(wanted.clockRate) + (wanted.channels == 1 ? "" : "/" + std::to_string(wanted.channels));
  return nullptr;
}

}  // namespace offhook
