// SRTP against the published vectors, and what its two halves make of loss, reordering, replay, forgery and long calls.
#include <cstring>
#include <string>
#include <vector>

#include "check.h"
#include "rtp/packet.h"
#include "srtp/inbound.h"
#include "srtp/outbound.h"

using namespace offhook;

namespace {
using Octets = std::vector<uint8_t>;

Octets hex(const std::string& text) {
  Octets out;
  for (size_t i = 0; i + 1 < text.size(); i += 2) out.push_back(uint8_t(std::stoi(text.substr(i, 2), nullptr, 16)));
  return out;
}
std::string hex(const uint8_t* data, size_t size) {
  static const char* const kDigits = "0123456789abcdef";
  std::string out;
  for (size_t i = 0; i < size; i++) out += {kDigits[data[i] >> 4], kDigits[data[i] & 15]};
  return out;
}
KeyBytes keyOf(const std::string& text) {
  const Octets bytes = hex(text);
  return KeyBytes(bytes.data(), bytes.size());
}
std::string hex(const KeyBytes& key) { return hex(key.data(), key.size()); }

constexpr SrtpSuite kSuites[] = {SrtpSuite::AesCm128Sha80, SrtpSuite::AesCm128Sha32, SrtpSuite::AesCm256Sha80,
                                 SrtpSuite::AesCm256Sha32, SrtpSuite::Gcm128,        SrtpSuite::Gcm256};

SrtpKey someKey(SrtpSuite suite, uint8_t seed = 1) {
  Octets bytes(partsOf(suite).key + partsOf(suite).salt);
  for (size_t i = 0; i < bytes.size(); i++) bytes[i] = uint8_t(seed + 7 * i);
  return {KeyBytes(bytes.data(), bytes.size()), ""};
}

/** A packet with room for what SRTP adds. */
struct Sealed {
  Octets bytes;
  size_t size;
};
Sealed rtp(SrtpOutbound& out, uint16_t sequence, uint32_t ssrc = 0xcafebabe) {
  Sealed made{Octets(kRtpHeaderSize + 160 + kMostSrtpTrailer), kRtpHeaderSize + 160};
  RtpHeader header;
  header.sequence = sequence;
  header.timestamp = 160u * sequence;
  header.ssrc = ssrc;
  buildRtpHeader(header, made.bytes.data());
  for (size_t i = 0; i < 160; i++) made.bytes[kRtpHeaderSize + i] = uint8_t(sequence + i);
  made.size = out.protectRtp(made.bytes.data(), made.size);
  return made;
}
Sealed rtcp(SrtpOutbound& out) {
  Sealed made{hex("80c90001cafebabe81ca0002cafebabe0101610000000000"), 24};
  made.bytes.resize(24 + kMostSrtpTrailer);
  made.size = out.protectRtcp(made.bytes.data(), made.size);
  return made;
}
SrtpInbound::Verdict open(SrtpInbound& in, Sealed packet) { return in.openRtp(packet.bytes.data(), packet.size); }
SrtpInbound::Verdict openRtcp(SrtpInbound& in, Sealed packet) { return in.openRtcp(packet.bytes.data(), packet.size); }

constexpr auto kOk = SrtpInbound::Verdict::Ok, kForged = SrtpInbound::Verdict::Forged, kReplayed = SrtpInbound::Verdict::Replayed,
               kMalformed = SrtpInbound::Verdict::Malformed;
}  // namespace

TEST("srtp/keystreams of AES in counter mode: RFC 3711 B.2 and RFC 6188 §7.1") {
  const auto stream = [](const char* key, const char* iv) {
    AesCounter aes(keyOf(key));
    uint8_t zeros[48] = {};
    aes.apply(hex(iv).data(), zeros, sizeof zeros);
    return hex(zeros, sizeof zeros);
  };
  CHECK_EQ(stream("2b7e151628aed2a6abf7158809cf4f3c", "f0f1f2f3f4f5f6f7f8f9fafbfcfd0000"),
           "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0");
  CHECK_EQ(stream("57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98", "f0f1f2f3f4f5f6f7f8f9fafbfcfd0000"),
           "92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac63c4868b7096d88421b563b8c94c9a31");
}

TEST("srtp/session keys: RFC 3711 B.3, RFC 6188 §7.2, and a salt of 96 bits (RFC 9335 A.2)") {
  const SessionKeys small = deriveKeys(SrtpSuite::AesCm128Sha80, keyOf("e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6"), false);
  CHECK_EQ(hex(small.cipher), "c61e7a93744f39ee10734afe3ff7a087");
  CHECK_EQ(hex(small.salt), "30cbbc08863d8c85d49db34a9ae1");
  CHECK_EQ(hex(small.auth), "cebe321f6ff7716b6fd4ab49af256a156d38baa4");
  const SessionKeys large = deriveKeys(
      SrtpSuite::AesCm256Sha80, keyOf("f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b63b04803de51ee7c96423ab5b78d2"), false);
  CHECK_EQ(hex(large.cipher), "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4");
  CHECK_EQ(hex(large.salt), "fa31791685ca444a9e07c6c64e93");
  CHECK_EQ(hex(large.auth), "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05");
  const SessionKeys gcm = deriveKeys(SrtpSuite::Gcm128, keyOf("000102030405060708090a0b0c0d0e0fa0a1a2a3a4a5a6a7a8a9aaab"), false);
  CHECK_EQ(hex(gcm.cipher), "077c6143cb221bc355ff23d5f984a16e");
  CHECK_EQ(hex(gcm.salt), "9af3e95364ebac9c99c5a7c4");
  CHECK_EQ(gcm.auth.size(), 0u);
  const SessionKeys control = deriveKeys(SrtpSuite::Gcm128, keyOf("000102030405060708090a0b0c0d0e0fa0a1a2a3a4a5a6a7a8a9aaab"), true);
  CHECK_EQ(hex(control.cipher), "615dcd9042600666f6fd4d9e4fe4519f");
}

TEST("srtp/packets of RFC 7714 §16.1, §16.2, §17.1 and §17.2, sealed and opened") {
  const KeyBytes salt = keyOf("517569642070726f2071756f");
  const std::string rtpHeader = "8040f17b8041f8d35501a0b2", rtpPayload = "47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573";
  const std::string rtcpHeader = "81c8000d4d617273";
  const std::string rtcpRest = "4e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";
  struct Case {
    SrtpSuite suite;
    const char* key;
    bool rtcp;
    const char* sealed;
    const char* tag;
  };
  const Case cases[] = {
      {SrtpSuite::Gcm128, "000102030405060708090a0b0c0d0e0f", false,
       "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833", "899d7f27beb16a9152cf765ee4390cce"},
      {SrtpSuite::Gcm256, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", false,
       "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b", "7aa3db36dfffd6b0f9bb7878d7a76c13"},
      {SrtpSuite::Gcm128, "000102030405060708090a0b0c0d0e0f", true,
       "63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b", "c84aa45896cf4d2fc5abf87245d9eade"},
      {SrtpSuite::Gcm256, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", true,
       "d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad", "1d1eb30c4446839f57ff6f6cb26ac3be"},
  };
  for (const Case& each : cases) {
    const SessionKeys keys{keyOf(each.key), salt, {}};
    const std::string header = each.rtcp ? rtcpHeader : rtpHeader, rest = each.rtcp ? rtcpRest : rtpPayload;
    const SrtpTransform::Place place = each.rtcp ? SrtpTransform::Place{0x4d617273, 0x5d4} : SrtpTransform::Place{0x5501a0b2, 0xf17b};
    const uint32_t word = each.rtcp ? 0x800005d4 : 0;
    Octets packet = hex(header + rest);
    const size_t clear = header.size() / 2;
    uint8_t tag[16];
    SrtpTransform out(each.suite, keys, each.rtcp, true), in(each.suite, keys, each.rtcp, false);
    REQUIRE(out.seal(packet.data(), clear, packet.size(), place, word, tag));
    CHECK_EQ(hex(packet.data(), packet.size()), header + each.sealed);
    CHECK_EQ(hex(tag, sizeof tag), each.tag);
    CHECK(!in.open(packet.data(), clear, packet.size(), place, word ^ (each.rtcp ? 1 : 0), tag) == each.rtcp);
    if (each.rtcp) CHECK(in.open(packet.data(), clear, packet.size(), place, word, tag));
    CHECK_EQ(hex(packet.data(), packet.size()), header + rest);
  }
}

TEST("srtp/a packet of AES_CM_128_HMAC_SHA1_80 as libsrtp makes it") {
  SrtpOutbound out(SrtpSuite::AesCm128Sha80, {keyOf("e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6"), ""});
  Octets packet = hex("800f1234decafbadcafebabeabababababababababababababababab");
  packet.resize(packet.size() + kMostSrtpTrailer);
  const size_t size = out.protectRtp(packet.data(), 28);
  CHECK_EQ(hex(packet.data(), size), "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");
}

TEST("srtp/every suite, with and without MKI: there and back, and nothing of it can be changed") {
  for (const SrtpSuite suite : kSuites) {
    for (const std::string mki : {"", "\1", "abcdefghijklmnop"}) {
      SrtpKey key = someKey(suite);
      key.mki = mki;
      SrtpOutbound out(suite, key);
      SrtpInbound in(suite, key);
      const Sealed voice = rtp(out, 7), report = rtcp(out);
      CHECK_EQ(voice.size, kRtpHeaderSize + 160 + partsOf(suite).rtpTag + mki.size());
      CHECK_EQ(report.size, 24 + partsOf(suite).rtcpTag + 4 + mki.size());
      for (size_t at = 0; at < voice.size; at++) {
        Sealed bad = voice;
        bad.bytes[at] ^= 0x10;
        const Octets before = bad.bytes;
        CHECK(in.openRtp(bad.bytes.data(), bad.size) != kOk);
        CHECK(bad.bytes == before && bad.size == voice.size);
      }
      for (size_t at = 0; at < report.size; at++) {
        Sealed bad = report;
        bad.bytes[at] ^= 0x80;
        CHECK(openRtcp(in, bad) != kOk);
      }
      for (size_t size = 0; size < voice.size; size++) CHECK(open(in, {voice.bytes, size}) != kOk);
      for (size_t size = 0; size < report.size; size++) CHECK(openRtcp(in, {report.bytes, size}) != kOk);
      Sealed good = voice;
      REQUIRE(in.openRtp(good.bytes.data(), good.size) == kOk);
      CHECK_EQ(good.size, kRtpHeaderSize + 160);
      CHECK_EQ(int(good.bytes[kRtpHeaderSize + 5]), 12);
      REQUIRE(openRtcp(in, report) == kOk);
      CHECK(open(in, voice) == kReplayed && openRtcp(in, report) == kReplayed);
      SrtpInbound other(suite, someKey(suite, 2));
      CHECK(open(other, voice) == kForged && openRtcp(other, report) == kForged);
    }
  }
}

TEST("srtp/CSRCs and a header extension stay readable and are authenticated") {
  for (const SrtpSuite suite : kSuites) {
    SrtpInbound in(suite, someKey(suite));
    // As another sender writes it: its header is longer than ours ever is.
    SrtpTransform sender(suite, deriveKeys(suite, someKey(suite).key, false), false, true);
    Octets packet = hex("92000007000000aacafebabe0102030405060708bede000151000200" "a1a2a3a4");
    packet.resize(packet.size() + 16);
    REQUIRE(sender.seal(packet.data(), 28, 32, {0xcafebabe, 7}, 0, packet.data() + 32));
    size_t size = 32 + partsOf(suite).rtpTag;
    CHECK_EQ(hex(packet.data(), 28), "92000007000000aacafebabe0102030405060708bede000151000200");
    REQUIRE(in.openRtp(packet.data(), size) == kOk);
    CHECK_EQ(hex(packet.data() + 28, 4), "a1a2a3a4");
    Octets lying = hex("9f000007000000aacafebabe01020304");
    lying.resize(40);
    size = lying.size();
    CHECK(in.openRtp(lying.data(), size) == kMalformed);
  }
}

TEST("srtp/three wraps of the sequence number, with one packet in ten lost and the others out of order") {
  SrtpOutbound out(SrtpSuite::AesCm128Sha80, someKey(SrtpSuite::AesCm128Sha80));
  SrtpInbound in(SrtpSuite::AesCm128Sha80, someKey(SrtpSuite::AesCm128Sha80));
  std::vector<Sealed> waiting;
  uint32_t dice = 1;
  int heard = 0, refused = 0, sent = 0;
  for (uint32_t number = 60000; number < 60000 + 3 * 65536; number++, sent++) {
    dice = dice * 1664525 + 1013904223;
    const Sealed packet = rtp(out, uint16_t(number));
    if ((dice >> 16) % 10 == 0) continue;
    waiting.push_back(packet);
    if (waiting.size() < 20) continue;
    const size_t pick = (dice >> 8) % waiting.size();
    ++(open(in, waiting[pick]) == kOk ? heard : refused);
    waiting.erase(waiting.begin() + long(pick));
  }
  // Chance lets single packets wait longer than the window is.
  CHECK_WITHIN(refused, 0, sent / 200);
  CHECK_WITHIN(heard, sent * 88 / 100, sent);
}

TEST("srtp/a first packet past the wrap, one from before it, and a gap of most of the numbers") {
  for (const SrtpSuite suite : kSuites) {
    SrtpOutbound out(suite, someKey(suite));
    SrtpInbound in(suite, someKey(suite));
    const Sealed first = rtp(out, 65534), lost = rtp(out, 65535), third = rtp(out, 0), fourth = rtp(out, 1);
    CHECK(open(in, fourth) == kOk);
    CHECK(open(in, first) == kOk && open(in, third) == kOk);
    CHECK(open(in, first) == kReplayed && open(in, fourth) == kReplayed);
    CHECK(open(in, lost) == kOk);
    Sealed last = lost;
    for (uint32_t number = 2; number < 50000; number += 100) last = rtp(out, uint16_t(number));
    CHECK(open(in, last) == kOk);
  }
}

TEST("srtp/a window of 128: what is older cannot be told from a replay") {
  const SrtpSuite suite = SrtpSuite::AesCm128Sha80;
  SrtpOutbound out(suite, someKey(suite));
  SrtpInbound in(suite, someKey(suite));
  std::vector<Sealed> all;
  for (uint16_t number = 0; number < 200; number++) all.push_back(rtp(out, number));
  CHECK(open(in, all[199]) == kOk);
  CHECK(open(in, all[199 - 127]) == kOk);
  CHECK(open(in, all[199 - 128]) == kReplayed);
  CHECK(open(in, all[199 - 127]) == kReplayed);
}

TEST("srtp/sources are told apart, and forged ones push nobody out") {
  const SrtpSuite suite = SrtpSuite::Gcm128;
  SrtpOutbound out(suite, someKey(suite)), stranger(suite, someKey(suite, 9));
  SrtpInbound in(suite, someKey(suite));
  const Sealed one = rtp(out, 1, 100), two = rtp(out, 1, 200);
  CHECK(open(in, one) == kOk && open(in, two) == kOk);
  for (uint32_t ssrc = 0; ssrc < 50; ssrc++) CHECK(open(in, rtp(stranger, 1, ssrc)) == kForged);
  CHECK(open(in, one) == kReplayed && open(in, two) == kReplayed);
}

TEST("srtp/a key that is used up sends no more: 2^48 packets, 2^31 reports") {
  for (const SrtpSuite suite : {SrtpSuite::AesCm128Sha80, SrtpSuite::Gcm256}) {
    SrtpOutbound out(suite, someKey(suite), {0xffffffff, 0x7ffffffe});
    CHECK(rtp(out, 65534).size > 0 && rtp(out, 65535).size > 0);
    CHECK_EQ(rtp(out, 0).size, 0u);
    CHECK_EQ(rtp(out, 1).size, 0u);
    CHECK(rtcp(out).size > 0 && rtcp(out).size > 0);
    CHECK_EQ(rtcp(out).size, 0u);
  }
}

TEST("srtp/reports that are not encrypted are not taken") {
  const SrtpSuite suite = SrtpSuite::Gcm128;
  SrtpTransform sender(suite, deriveKeys(suite, someKey(suite).key, true), true, true);
  SrtpInbound in(suite, someKey(suite));
  Octets packet = hex("80c90001cafebabe00000000000000000000000000000000");
  packet.resize(28);
  // All of it known, nothing encrypted (RFC 7714 §17.3), properly tagged.
  REQUIRE(sender.seal(packet.data(), 8, 8, {0xcafebabe, 3}, 3, packet.data() + 8));
  write32(packet.data() + 24, 3);
  size_t size = 28;
  CHECK(in.openRtcp(packet.data(), size) == kForged);
}

TEST("srtp/key material is gone when its owner is, and when it is moved") {
  alignas(KeyBytes) uint8_t room[sizeof(KeyBytes)];
  std::memset(room, 0, sizeof room);
  KeyBytes* const key = new (room) KeyBytes(keyOf("e1f97a0d3e018be0d64fa32c06de4139"));
  KeyBytes moved(std::move(*key));
  CHECK_EQ(key->size(), 0u);
  CHECK(!std::memchr(key->data(), 0xe1, KeyBytes::kMost));
  CHECK_EQ(hex(moved), "e1f97a0d3e018be0d64fa32c06de4139");
  *key = moved;
  key->~KeyBytes();
  CHECK(!std::memchr(room, 0xe1, sizeof room));
}
