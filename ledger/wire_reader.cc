#include "ledger/wire_reader.h"

#include <google/protobuf/stubs/common.h>

namespace skontro::ledger {

bool IsReadable(std::string_view text) {
  return google::protobuf::internal::IsStructurallyValidUTF8(
      text.data(), static_cast<int>(text.size()));
}

}  // namespace skontro::ledger
