# Asks for Debian's packages before CMake looks for a compiler or a library: one message names all that are missing.
# The lists are those of deploy/lib/packages.sh.
option(AEGIS_CHECK_PACKAGES "Stop when Debian's packages for this build are not installed" ON)

function(aegis_check_packages)
	set(what build)
	if(AEGIS_TESTS OR AEGIS_FUZZ)
		set(what test)
	endif()
	execute_process(COMMAND bash -c ". deploy/lib/packages.sh && missing_for_build ${what}"
		WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE install OUTPUT_STRIP_TRAILING_WHITESPACE
		COMMAND_ERROR_IS_FATAL ANY)
	if(install)
		message(FATAL_ERROR "Debian packages are missing. This command installs all of them:\n"
			"    ${install}\n"
			"Then configure again. When the programs and libraries come from another place than Debian's packages, "
			"configure with -DAEGIS_CHECK_PACKAGES=OFF.")
	endif()
endfunction()

if(AEGIS_CHECK_PACKAGES)
	aegis_check_packages()
endif()
