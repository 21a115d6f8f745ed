#include "tests/fuzz/frame_decode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  takt::fuzz::decode_anything({reinterpret_cast<const char*>(data), size});
  return 0;
}
