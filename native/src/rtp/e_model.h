// What a call sounds like, guessed from its codec, losses and delay: the E-model (ITU-T G.107) with its usual shortcuts.
#pragma once

#include <string>

namespace offhook {

struct HeardQuality {
  /** Transmission rating R, 0–100, and as opinion scores, 1–4.5: of listening alone, and of conversation with its delay. */
  double rating = 0, listening = 0, conversational = 0;
};

/**
 * `codec` as SDP names it; `lostShare`: what did not come or came too late, 0–1; `oneWayMs`: from mouth to ear. On the narrow-band
 * scale, where codecs that are better than the telephone network are as good as that.
 */
HeardQuality heardQuality(const std::string& codec, double lostShare, double oneWayMs);

/** What a delay of `ms` from mouth to ear takes from R (Idd). */
double delayImpairment(double ms);
/** What R falls by with losses of G.711 concealed (Ie,eff), for each share of packets more, where `lostShare` are lost. */
double lossSlope(double lostShare);

}  // namespace offhook
