// A View says once how a resource is shown: its columns for tables and CSV, and
// its JSON. The functions below write one resource or a list of them in the
// format that was asked for.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_LISTING_H_
#define SKONTRO_CLI_LISTING_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/json_writer.h"
#include "cli/table.h"

namespace skontro::cli {

enum class Format { kText, kCsv, kJson, kJsonLines };

// Where a column is shown. CSV has every column.
enum class Place { kEverywhere, kDetail, kCsvOnly };

template <typename Resource>
struct Column {
  std::string key;    // Header in CSV; stable.
  std::string title;  // Header in text.
  CellKind kind = CellKind::kText;
  Place place = Place::kEverywhere;
  std::function<std::string(const Resource&)> value;
};

template <typename Resource>
struct View {
  std::string singular;  // Member of the JSON for one, such as "trade".
  std::string plural;    // For a list, such as "trades".
  std::vector<Column<Resource>> columns;
  // Writes the members of the JSON object of a resource.
  std::function<void(const Resource&, JsonWriter*)> members;
};

// `title  value` lines, the titles to the left, empty values left out.
std::string TitledLines(
    const std::vector<std::pair<std::string, std::string>>& lines);

// The rows with all columns, under their keys, or with those of a list, under
// their titles.
template <typename Resource>
Table CsvTable(const View<Resource>& view, const std::vector<Resource>& rows) {
  std::vector<Table::Heading> headings;
  for (const auto& column : view.columns) {
    headings.push_back({column.key, column.kind});
  }
  Table table(std::move(headings));
  for (const Resource& row : rows) {
    std::vector<std::string> cells;
    for (const auto& column : view.columns) cells.push_back(column.value(row));
    table.Add(std::move(cells));
  }
  return table;
}

template <typename Resource>
Table TextTable(const View<Resource>& view, const std::vector<Resource>& rows) {
  std::vector<Table::Heading> headings;
  for (const auto& column : view.columns) {
    if (column.place != Place::kEverywhere) continue;
    headings.push_back({column.title, column.kind});
  }
  Table table(std::move(headings));
  for (const Resource& row : rows) {
    std::vector<std::string> cells;
    for (const auto& column : view.columns) {
      if (column.place != Place::kEverywhere) continue;
      cells.push_back(column.value(row));
    }
    table.Add(std::move(cells));
  }
  return table;
}

// One resource as titled lines.
template <typename Resource>
std::string DetailText(const View<Resource>& view, const Resource& row) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto& column : view.columns) {
    if (column.place == Place::kCsvOnly) continue;
    lines.emplace_back(column.title, column.value(row));
  }
  return TitledLines(lines);
}

template <typename Resource>
void WriteObject(const View<Resource>& view, const Resource& row,
                 std::string_view key, JsonWriter* json) {
  json->BeginObject(key);
  view.members(row, json);
  json->EndObject();
}

// The resource alone, on one line.
template <typename Resource>
std::string JsonLine(const View<Resource>& view, const Resource& row) {
  JsonWriter json(JsonWriter::Style::kLine);
  WriteObject(view, row, "", &json);
  return json.Finish();
}

// Prints a list part by part, so that no more than one part is in memory.
//
// Thread safety: none; one thread owns it.
template <typename Resource>
class ListPrinter {
 public:
  ListPrinter(Format format, View<Resource> view)
      : format_(format), view_(std::move(view)) {}

  // The next rows; the first call may have none.
  std::string Part(const std::vector<Resource>& rows) {
    const bool is_first = std::exchange(is_first_, false);
    switch (format_) {
      case Format::kText:
        return TextTable(view_, rows).TextPart(&widths_);
      case Format::kCsv: {
        const Table table = CsvTable(view_, rows);
        return is_first ? table.Csv() : table.CsvRows();
      }
      case Format::kJsonLines: {
        std::string lines;
        for (const Resource& row : rows) lines += JsonLine(view_, row);
        return lines;
      }
      case Format::kJson:
        break;
    }
    if (is_first) {
      json_.BeginObject();
      json_.BeginArray(view_.plural);
    }
    for (const Resource& row : rows) WriteObject(view_, row, "", &json_);
    return json_.Drain();
  }

  // What comes behind the last row. `sequence` below zero means that the list
  // reflects none. REQUIRES: Part() was called.
  std::string End(int64_t sequence) {
    if (format_ != Format::kJson) return "";
    json_.EndArray();
    if (sequence >= 0) json_.Number("sequence", sequence);
    json_.EndObject();
    return json_.Finish();
  }

 private:
  const Format format_;
  const View<Resource> view_;
  bool is_first_ = true;
  std::vector<size_t> widths_;
  JsonWriter json_;
};

// A list in `format`. In JSON {"<plural>": [...], "sequence": ...}; `sequence`
// below zero means that the answer reflects none.
template <typename Resource>
std::string ListIn(Format format, const View<Resource>& view,
                   const std::vector<Resource>& rows, int64_t sequence) {
  ListPrinter<Resource> printer(format, view);
  std::string text = printer.Part(rows);
  return text + printer.End(sequence);
}

// One resource in `format`. In JSON {"<singular>": {...}, "sequence": ...}.
template <typename Resource>
std::string OneIn(Format format, const View<Resource>& view,
                  const Resource& row, int64_t sequence) {
  if (format == Format::kCsv) return CsvTable<Resource>(view, {row}).Csv();
  if (format == Format::kJsonLines) return JsonLine(view, row);
  if (format == Format::kText) {
    return DetailText(view, row) +
           TitledLines({{"Sequence", std::to_string(sequence)}});
  }
  JsonWriter json;
  json.BeginObject();
  WriteObject(view, row, view.singular, &json);
  json.Number("sequence", sequence);
  json.EndObject();
  return json.Finish();
}

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_LISTING_H_
