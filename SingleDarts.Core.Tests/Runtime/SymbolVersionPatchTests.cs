using CsCheck;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Tests.Runtime;

/// <summary>TorchSharp's library, adapted to an older C++ runtime.</summary>
public class SymbolVersionPatchTests
{
    private static readonly string Binding = NativeLibraryLocator.Find("libLibTorchSharp.so")!;
    private static readonly string System = NativeLibraryLocator.FindLoaded("libstdc++.so.6")!;

    [LinuxFact]
    public void Versions_and_symbols_of_the_real_library_are_those_that_readelf_prints()
    {
        var image = new ElfImage(Binding);
        var newest = image.VersionNeeds.Single(n => n.Version == "GLIBCXX_3.4.32");
        newest.Library.Should().Be("libstdc++.so.6");
        ElfImage.Symbol only = image.Symbols.Single(s => s.VersionIndex == newest.Index);
        only.Name.Should().Be("_ZSt21ios_base_library_initv");
        only.IsRelocated.Should().BeFalse();
        image.VersionNeeds.Should().HaveCount(5 + 1 + 1 + 1 + 20);
    }

    [LinuxFact]
    public void Definitions_of_the_systems_library_hold_what_every_system_has() =>
        new ElfImage(System).VersionDefinitions.Values.Should().Contain(["GLIBCXX_3.4", "GLIBCXX_3.4.11", "CXXABI_1.3"]);

    [LinuxFact]
    public void Patch_changes_only_the_weak_flag_where_only_the_newest_version_is_missing()
    {
        var image = new ElfImage(Binding);
        byte[]? patched = SymbolVersionPatch.Apply(image, WithoutVersions("GLIBCXX_3.4.32"), "libstdc++.so.6");
        byte[] original = File.ReadAllBytes(Binding);
        int[] changed = [.. Enumerable.Range(0, original.Length).Where(i => original[i] != patched![i])];
        changed.Should().Equal((int)image.VersionNeeds.Single(n => n.Version == "GLIBCXX_3.4.32").FlagsOffset);
    }

    [LinuxFact]
    public void Symbol_of_a_missing_version_is_bound_to_the_older_one_that_the_system_has()
    {
        byte[] patched = SymbolVersionPatch.Apply(
            new ElfImage(Binding), WithoutVersions("GLIBCXX_3.4.32", "GLIBCXX_3.4.30"), "libstdc++.so.6")!;
        var image = new ElfImage(patched, "patched");
        ElfImage.Symbol wait = image.Symbols.Single(s => s.Name == "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE");
        image.VersionNeeds.Single(n => n.Index == wait.VersionIndex).Version.Should().Be("GLIBCXX_3.4.11");
    }

    [LinuxFact]
    public void Symbol_that_the_system_lacks_altogether_is_named() =>
        FluentActions.Invoking(() => SymbolVersionPatch.Apply(new ElfImage(Binding), WithoutVersions("GLIBCXX_3.4.29"), "libstdc++.so.6"))
            .Should().Throw<NotSupportedException>().WithMessage("*_ZSt28__throw_bad_array_new_lengthv*GLIBCXX_3.4.29*");

    [LinuxFact]
    public void Damaged_library_gives_an_error_and_never_a_crash_or_an_endless_loop()
    {
        byte[] original = File.ReadAllBytes(Binding);
        int interesting = original.Length - 20_000;
        Gen<(int, byte)> damage =
            Gen.Select(Gen.OneOf(Gen.Int[0, 64], Gen.Int[0x3dfae, 0x3f900 + 0x210], Gen.Int[interesting, original.Length - 1]), Gen.Byte);
        Gen.Select(damage.Array[1, 40], Gen.Int[0, original.Length]).Sample((bytes, keep) =>
        {
            byte[] copy = original[..(keep % 3 == 0 ? keep : original.Length)];
            foreach (var (at, value) in bytes.Where(b => b.Item1 < copy.Length))
                copy[at] = value;
            try
            {
                SymbolVersionPatch.Apply(new ElfImage(copy, "damaged"), new ElfImage(System), "libstdc++.so.6");
            }
            catch (Exception e) when (e is InvalidDataException or NotSupportedException)
            {
            }
        }, iter: 100, threads: 1);
    }

    [LinuxFact]
    public void Library_whose_names_never_end_is_damaged_and_does_not_fill_the_memory()
    {
        byte[] file = File.ReadAllBytes(Binding);
        file.AsSpan(0x16760, 161_868).Fill((byte)'a');
        FluentActions.Invoking(() => new ElfImage(file, "endless.so"))
            .Should().Throw<InvalidDataException>().WithMessage("endless.so*names are longer than the file*");
    }

    [LinuxFact]
    public void Library_with_a_section_at_the_end_of_the_address_space_is_damaged()
    {
        byte[] file = File.ReadAllBytes(Binding);
        BitConverter.TryWriteBytes(file.AsSpan(0x28), long.MaxValue - 8);
        FluentActions.Invoking(() => new ElfImage(file, "far.so")).Should().Throw<InvalidDataException>().WithMessage("far.so*");
    }

    [LinuxFact]
    public void Empty_file_is_named() =>
        FluentActions.Invoking(() => new ElfImage([], "empty.so")).Should().Throw<InvalidDataException>().WithMessage("empty.so*ELF*");

    /// <summary>The system's library as it would be without some versions.</summary>
    private static ElfImage WithoutVersions(params string[] versions)
    {
        var image = new ElfImage(System);
        foreach (int index in image.VersionDefinitions.Where(d => versions.Contains(d.Value)).Select(d => d.Key).ToList())
            image.VersionDefinitions.Remove(index);
        return image;
    }
}
