// The codecs of this build.
#include "codec.h"
#include "g711.h"

namespace offhook {

std::unique_ptr<AudioCodec> makeCodec(const Codec& wanted, std::string& why) {
  std::unique_ptr<AudioCodec> made;
  if (wanted.name == "PCMU") made = makePcmu();
  if (wanted.name == "PCMA") made = makePcma();
  if (made && made->clockRate() == wanted.clockRate && wanted.channels == 1) return made;
  why = "no codec " + wanted.name + "/" + std::to_string(wanted.clockRate) + (wanted.channels == 1 ? "" : "/" + std::to_string(wanted.channels));
  return nullptr;
}

}  // namespace offhook
