// G.107 §7 with everything at its default but equipment impairment and delay; codecs by G.113 appendix I.
#include "e_model.h"

#include <algorithm>

namespace offhook {

namespace {
/** R of an undisturbed path (G.107 §7.7). */
constexpr double kBest = 93.2;
/** Bpl of G.711 with concealment (G.113 appendix I). */
constexpr double kConcealed = 25.1;

struct Impairment {
  const char* codec;
  double equipment, robustness;  // Ie, Bpl
};
/** The robustness of codecs that conceal nothing themselves is that of G.711 with concealment, which we do for all. */
constexpr Impairment kImpairments[] = {
    {"PCMU", 0, kConcealed}, {"PCMA", 0, kConcealed}, {"G722", 0, kConcealed}, {"L16", 0, kConcealed},     {"OPUS", 0, 20},
    {"GSM", 20, 10},   {"SPEEX", 11, 19}, {"G726-32", 7, kConcealed}, {"G729", 11, 19},
};

/** §B.4. */
double opinionOf(double rating) {
  const double r = std::clamp(rating, 0.0, 100.0);
  return std::clamp(1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6, 1.0, 4.5);
}
}  // namespace

HeardQuality heardQuality(const std::string& codec, double lostShare, double oneWayMs) {
  Impairment of = {"", 10, 15};
  for (const Impairment& each : kImpairments)
    if (codec == each.codec) of = each;
  const double lost = 100 * std::clamp(lostShare, 0.0, 1.0);
  // Losses count as scattered (BurstR 1).
  const double equipment = of.equipment + (95 - of.equipment) * lost / (lost + of.robustness);
  HeardQuality heard;
  heard.listening = opinionOf(kBest - equipment);
  heard.rating = std::clamp(kBest - equipment - delayImpairment(std::max(0.0, oneWayMs)), 0.0, 100.0);
  heard.conversational = opinionOf(heard.rating);
  return heard;
}

// In the two straight lines of Cole and Rosenbluth (2001).
double delayImpairment(double ms) { return 0.024 * ms + 0.11 * std::max(0.0, ms - 177.3); }

double lossSlope(double lostShare) {
  const double robust = 100 * lostShare + kConcealed;
  return 100 * 95 * kConcealed / (robust * robust);
}

}  // namespace offhook
