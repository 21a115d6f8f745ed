#include "tests/fuzz/ics_read.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  takt::fuzz::read_anything_as_ics({reinterpret_cast<const char*>(data), size});
  return 0;
}
