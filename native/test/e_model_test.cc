// The E-model at points that are published, and where it must not go.
#include "check.h"
#include "rtp/e_model.h"

using namespace offhook;

TEST("e-model/the published points: best G.711, GSM, 5 % lost with concealment, and delays (G.107, G.113)") {
  const HeardQuality best = heardQuality("PCMU", 0, 0);
  CHECK_WITHIN(best.rating, 93.19, 93.21);
  CHECK_WITHIN(best.conversational, 4.40, 4.42);
  CHECK_WITHIN(heardQuality("GSM", 0, 0).rating, 73.1, 73.3);
  // 95 · 5 / (5 + 25.1) = 15.8.
  CHECK_WITHIN(heardQuality("PCMA", 0.05, 0).rating, 77.3, 77.5);
  CHECK_WITHIN(heardQuality("PCMU", 0, 150).rating, 89.5, 89.7);
  CHECK_WITHIN(heardQuality("PCMU", 0, 400).rating, 59.0, 59.2);
  CHECK_WITHIN(heardQuality("PCMU", 0, 400).listening, 4.40, 4.42);
}

TEST("e-model/more loss and more delay are never better, and everything stays on its scale") {
  for (const char* const codec : {"PCMU", "G722", "OPUS", "GSM", "never heard of"}) {
    double before = 101;
    for (int step = 0; step <= 100; step++) {
      const HeardQuality heard = heardQuality(codec, step / 100.0, step * 20.0);
      CHECK_WITHIN(heard.rating, 0, before);
      CHECK_WITHIN(heard.conversational, 1.0, heard.listening);
      CHECK_WITHIN(heard.listening, 1.0, 4.5);
      before = heard.rating;
    }
  }
  CHECK_WITHIN(heardQuality("PCMU", 7, -100).rating, 0, 25);
}
