# The build's own words: takt_flags, takt_library, takt_precompile, takt_embed_sql, takt_test.

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Objects are the same whatever the build folder is called; precompiled headers need the rest.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_SLOPPINESS=pch_defines,time_macros
    ${CCACHE})
endif()

# Warnings are errors on our code; libraries come in as SYSTEM.
function(takt_flags target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow -Werror)
  # False alarms of GCC 12 when it optimises: the inactive members of a moved std::variant are
  # uninitialised to it, and "text" + std::string out of bounds (PR 105651).
  target_compile_options(${target} PRIVATE $<$<AND:$<CXX_COMPILER_ID:GNU>,$<NOT:$<CONFIG:Debug>>>:
    -Wno-maybe-uninitialized -Wno-array-bounds -Wno-restrict>)
  target_compile_definitions(${target} PRIVATE TAKT_VERSION="${PROJECT_VERSION}")
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  if(TAKT_SANITIZE)
    target_compile_options(${target} PUBLIC -fsanitize=${TAKT_SANITIZE} -fno-omit-frame-pointer
      -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${TAKT_SANITIZE})
  endif()
  if(TAKT_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link,address)
    target_link_options(${target} PRIVATE -fsanitize=address)
  endif()
endfunction()

# takt_library(name folder [FLAT] [INCLUDE regex] [EXCLUDE regex]): all .cpp of one folder.
function(takt_library target folder)
  cmake_parse_arguments(ARG "FLAT" "INCLUDE;EXCLUDE" "" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  if(ARG_INCLUDE)
    list(FILTER sources INCLUDE REGEX "/(${ARG_INCLUDE})[^/]*[.]cpp$|${ARG_INCLUDE}")
  endif()
  if(ARG_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "${ARG_EXCLUDE}")
  endif()
  if(sources)
    add_library(${target} STATIC ${sources})
  else()
    file(WRITE ${CMAKE_BINARY_DIR}/empty/${target}.cpp "")
    add_library(${target} STATIC ${CMAKE_BINARY_DIR}/empty/${target}.cpp)
  endif()
  takt_flags(${target})
endfunction()

# CAF's headers cost seconds per file; compile them once per library.
function(takt_precompile target)
  target_compile_options(${target} PRIVATE -fpch-preprocess)
  target_precompile_headers(${target} PRIVATE
    <caf/actor_system.hpp> <caf/event_based_actor.hpp> <caf/stateful_actor.hpp>
    <caf/typed_actor.hpp> <caf/typed_event_based_actor.hpp> <caf/send.hpp>
    <functional> <map> <memory> <optional> <string> <unordered_map> <vector>)
endfunction()

# Migrations are SQL files in the tree and text in the binary: <name>.sql becomes a row of
# takt::migrations::<dialect>().
function(takt_embed_sql target folder)
  get_filename_component(dialect ${folder} NAME)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.sql)
  list(SORT files)
  set(out ${CMAKE_BINARY_DIR}/generated/migrations_${dialect}.cpp)
  set(text "#include \"storage/migrations.hpp\"\n\nnamespace takt::migrations {\n\n")
  string(APPEND text "const std::vector<migration>& ${dialect}() {\n")
  string(APPEND text "  static const std::vector<migration> all = {\n")
  foreach(file ${files})
    file(READ ${file} sql)
    get_filename_component(name ${file} NAME_WE)
    string(REGEX MATCH "^[0-9]+" number ${name})
    string(REGEX REPLACE "^0+" "" number ${number})
    string(APPEND text "    {${number}, \"${name}\", R\"takt_sql(${sql})takt_sql\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  string(APPEND text "  };\n  return all;\n}\n\n} // namespace takt::migrations\n")
  file(CONFIGURE OUTPUT ${out} CONTENT "${text}" @ONLY)
  target_sources(${target} PRIVATE ${out})
endfunction()

# takt_test(name folder LINK libs… [INCLUDE regex] [EXCLUDE regex]): one GoogleTest binary of a
# folder's *_test.cpp.
function(takt_test target folder)
  cmake_parse_arguments(ARG "" "INCLUDE;EXCLUDE" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${folder}/*_test.cpp)
  if(ARG_INCLUDE)
    list(FILTER sources INCLUDE REGEX "${ARG_INCLUDE}")
  endif()
  if(ARG_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "${ARG_EXCLUDE}")
  endif()
  if(NOT sources OR NOT GTest_FOUND OR TAKT_FUZZ)
    return()
  endif()
  add_executable(${target} ${sources})
  takt_flags(${target})
  # Tests run in the source folder, so that their objects do not depend on where that is.
  target_compile_definitions(${target} PRIVATE TAKT_SOURCE_DIR=".")
  target_link_libraries(${target} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${target} DISCOVERY_TIMEOUT 60 TEST_PREFIX "${TAKT_TEST_PREFIX}"
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    PROPERTIES TIMEOUT 120)
endfunction()

# takt_fuzz(name LINK libs…): tests/fuzz/<name>.cpp with libFuzzer; only with TAKT_FUZZ (clang).
function(takt_fuzz target)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  if(NOT TAKT_FUZZ)
    return()
  endif()
  add_executable(${target} ${CMAKE_SOURCE_DIR}/tests/fuzz/${target}.cpp)
  takt_flags(${target})
  target_compile_options(${target} PRIVATE -fsanitize=fuzzer,address)
  target_link_options(${target} PRIVATE -fsanitize=fuzzer,address)
  target_link_libraries(${target} PRIVATE ${ARG_LINK})
  # New inputs go to the build folder, seeds come from the tree; tools/test sets the seconds.
  set(corpus ${CMAKE_CURRENT_BINARY_DIR}/corpus/${target})
  file(MAKE_DIRECTORY ${corpus})
  set(seeds ${CMAKE_SOURCE_DIR}/tests/fuzz/seeds/${target})
  if(NOT EXISTS ${seeds})
    set(seeds "")
  endif()
  add_test(NAME fuzz.${target} COMMAND sh -c
    "exec \"$0\" -max_total_time=\"\${TAKT_FUZZ_SECONDS:-20}\" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \"$@\""
    $<TARGET_FILE:${target}> ${corpus} ${seeds})
endfunction()
