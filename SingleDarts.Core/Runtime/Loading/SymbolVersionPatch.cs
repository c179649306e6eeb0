namespace SingleDarts.Core.Runtime;

/// <summary>
/// Lets a library load on a system whose C++ runtime is older than the one it was linked with. A version need that the system
/// lacks is marked weak, so that the loader does not insist; a symbol of that version is bound to the version under which the
/// system has it. TorchSharp 0.107.0 needs two such symbols: <c>std::ios_base_library_init</c> (GLIBCXX_3.4.32), which nothing in
/// it calls, and on systems before GCC 12 <c>std::condition_variable::wait</c> (GLIBCXX_3.4.30), which they have as GLIBCXX_3.4.11.
/// </summary>
internal static class SymbolVersionPatch
{
    private const byte Weak = 2;

    /// <summary>The patched copy, or <see langword="null"/> if the system lacks nothing.</summary>
    /// <param name="library">The library to load.</param>
    /// <param name="system">The system's library.</param>
    /// <param name="systemName">Its name as the first one refers to it, for example <c>libstdc++.so.6</c>.</param>
    /// <exception cref="NotSupportedException">A symbol that is used is not in the system's library under any version.</exception>
    public static byte[]? Apply(ElfImage library, ElfImage system, string systemName)
    {
        var available = system.VersionDefinitions.Values.ToHashSet();
        var needs = library.VersionNeeds.Where(n => n.Library == systemName).ToList();
        var missing = needs.Where(n => !available.Contains(n.Version)).ToList();
        if (missing.Count == 0)
            return null;
        byte[] patched = library.CopyOfBytes();
        foreach (ElfImage.Need need in missing)
        {
            patched[need.FlagsOffset] |= Weak;
            foreach (ElfImage.Symbol symbol in library.Symbols.Where(s => !s.IsDefined && s.VersionIndex == need.Index && s.IsRelocated))
            {
                int index = OlderIndex(symbol.Name, needs, system) ?? throw new NotSupportedException(
                    $"The system's {systemName} has no symbol {symbol.Name}, which TorchSharp needs in version {need.Version}. " +
                    "Use a system with GCC 11 or later, or install a newer libstdc++.");
                BitConverter.TryWriteBytes(patched.AsSpan((int)symbol.VersionOffset), (ushort)index);
            }
        }
        return patched;
    }

    private static int? OlderIndex(string symbol, List<ElfImage.Need> needs, ElfImage system)
    {
        foreach (ElfImage.Symbol definition in system.Symbols.Where(s => s.IsDefined && s.Name == symbol))
            if (system.VersionDefinitions.TryGetValue(definition.VersionIndex, out string? version) &&
                needs.FirstOrDefault(n => n.Version == version) is { } need)
                return need.Index;
        return null;
    }
}
