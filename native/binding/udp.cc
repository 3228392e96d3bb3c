#include <napi.h>
void registerUdp(Napi::Env, Napi::Object) {}
