using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using CsCheck;
using Microsoft.Win32.SafeHandles;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Tests.Runtime;

public class NativeRuntimeTests
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

    /// <summary>Such a file was loaded from the cache of earlier versions after its hash was looked at.</summary>
    [LinuxFact]
    public void Nothing_in_a_cache_or_in_the_current_folder_is_loaded_and_nothing_is_left_behind()
    {
        using var home = new TemporaryFolder();
        string before = Hash(Binding), cache = Path.Combine(home.Path, "singledarts");
        Directory.CreateDirectory(cache);
        foreach (string file in new[] { "libLibTorchSharp-5968efac8270eff8.so", "libLibTorchSharp.so", "libtorch_cpu.so", "libc.so" })
            foreach (string folder in new[] { home.Path, cache })
                File.WriteAllText(Path.Combine(folder, file), "not a library");
        var (code, output) = Run(QuickProcess(
            ["maps"], home.Path, ("XDG_CACHE_HOME", home.Path), ("HOME", home.Path), ("TMPDIR", home.Path)));
        code.Should().Be(0, output);
        output.Should().NotContain(home.Path);
        Directory.GetFiles(home.Path, "*", SearchOption.AllDirectories).Should().HaveCount(8);
        Directory.GetDirectories(home.Path).Should().Equal(cache);
        Hash(Binding).Should().Be(before);
    }

    [SupportedOSPlatform("linux")]
    [LinuxFact]
    public void The_bytes_of_a_library_in_memory_cannot_be_changed_even_by_this_user()
    {
        byte[] content = File.ReadAllBytes(Binding);
        using SafeFileHandle file = PrivateLibrary.InMemory(content, "adapted")!;
        string path = $"/proc/self/fd/{file.DangerousGetHandle()}";
        File.ReadAllBytes(path).Should().Equal(content);
        FluentActions.Invoking(() => RandomAccess.Write(file, [1], 0)).Should().Throw<UnauthorizedAccessException>();
        FluentActions.Invoking(() => RandomAccess.SetLength(file, 1)).Should().Throw<UnauthorizedAccessException>();
        FluentActions.Invoking(() => File.WriteAllBytes(path, [1])).Should().Throw<Exception>();
        File.ReadAllBytes(path).Should().Equal(content);
    }

    [SupportedOSPlatform("linux")]
    [LinuxFact]
    public void Without_such_files_a_library_lies_in_a_folder_of_this_user_alone_until_it_is_loaded()
    {
        using var temporary = new TemporaryFolder();
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        PrivateLibrary.LoadFromFolder([1, 2, 3], "adapted", temporary.Path, path =>
        {
            File.ReadAllBytes(path).Should().Equal(1, 2, 3);
            File.GetUnixFileMode(path).Should().Be(owner);
            File.GetUnixFileMode(Path.GetDirectoryName(path)!).Should().Be(owner | UnixFileMode.UserExecute);
            return 7;
        }).Should().Be(7);
        Directory.GetFileSystemEntries(temporary.Path).Should().BeEmpty();
    }

    [SupportedOSPlatform("linux")]
    [LinuxTheory]
    [InlineData("777")]
    [InlineData("770")]
    public void A_place_that_others_can_change_is_refused_and_nothing_is_loaded_from_it(string mode)
    {
        using var temporary = new TemporaryFolder();
        string shared = Directory.CreateDirectory(temporary["shared"]).FullName;
        File.SetUnixFileMode(shared, (UnixFileMode)Convert.ToInt32(mode, 8));
        FluentActions.Invoking(() => PrivateLibrary.LoadFromFolder([1], "adapted", shared, _ => throw new FormatException("loaded")))
            .Should().Throw<NativeRuntimeException>().WithMessage($"*below {shared}, which other users can change. Set TMPDIR*");
        Directory.GetFileSystemEntries(shared).Should().BeEmpty();
        File.SetUnixFileMode(shared, (UnixFileMode)Convert.ToInt32("1777", 8));
        PrivateLibrary.LoadFromFolder([1], "adapted", shared, _ => 7).Should().Be(7, "in a sticky folder others cannot rename it");
    }

    [LinuxFact]
    public void A_folder_without_libtorch_is_named_with_the_remedy()
    {
        var (code, output) = Run(QuickProcess((TorchRuntime.LibTorchVariable, "/usr/share")));
        code.Should().NotBe(0);
        output.Should().Contain("/usr/share").And.Contain("libtorch_cpu.so").And.Contain("torch/lib");
    }

    [LinuxFact]
    public void A_libtorch_in_a_named_folder_is_used()
    {
        string folder = Path.GetDirectoryName(NativeLibraryLocator.Find("libtorch_cpu.so"))!;
        var (code, output) = Run(QuickProcess((TorchRuntime.LibTorchVariable, folder)));
        code.Should().Be(0, output);
        output.Should().Contain($"from {folder}");
    }

    [LinuxFact]
    public void A_second_libtorch_is_refused_before_it_aborts_the_process()
    {
        using var other = new TemporaryFolder();
        Directory.CreateDirectory(other.Path);
        File.WriteAllText(Path.Combine(other.Path, "libtorch_cpu.so"), "");
        var (code, output) = Run(QuickProcess((TorchRuntime.LibTorchVariable, other.Path)));
        code.Should().NotBe(0);
        output.Should().Contain(other.Path).And.Contain("a libtorch of its own").And.Contain("TorchBackend=none");
    }

    [LinuxFact]
    public void A_link_to_the_applications_libtorch_is_no_second_one()
    {
        using var other = new TemporaryFolder();
        string folder = Path.GetDirectoryName(NativeLibraryLocator.Find("libtorch_cpu.so"))!;
        Directory.CreateDirectory(other.Path);
        string link = Path.Combine(other.Path, "lib");
        Directory.CreateSymbolicLink(link, folder);
        var (code, output) = Run(QuickProcess((TorchRuntime.LibTorchVariable, link)));
        code.Should().Be(0, output);
        output.Should().Contain($"from {link}");
    }

    [LinuxFact]
    public void Neither_a_home_nor_a_temporary_folder_is_needed()
    {
        var (code, output) = Run(QuickProcess(("XDG_CACHE_HOME", "/proc/none"), ("HOME", "/proc/none"), ("TMPDIR", "/proc/none")));
        code.Should().Be(0, output);
    }

    [Theory]
    [InlineData("gpu0", "*'gpu0' is unknown*cpu, cuda*")]
    [InlineData("cpu:1", "*'cpu:1' is unknown*")]
    [InlineData("cuda:-1", "*'cuda:-1' is unknown*")]
    [InlineData("", "*'' is unknown*")]
    [InlineData("cuda:99", "*no device 'cuda:99'*it has cpu*")]
    public void Unknown_or_absent_devices_are_named(string name, string message) =>
        FluentActions.Invoking(() => Devices.Parse(name)).Should().Throw<ArgumentException>().WithMessage(message);

    [Fact]
    public void The_loaded_libtorch_tells_its_version()
    {
        TorchRuntime.LibTorchVersion.Should().Be(LibTorch.BuiltFor);
        torch.__version__.Should().StartWith(LibTorch.BuiltFor, "TorchSharp is built for it");
        TorchRuntime.Description.Should().StartWith($"libtorch {LibTorch.BuiltFor}, ");
    }

    [LinuxFact]
    public void A_libtorch_without_the_function_for_its_version_is_known_by_its_PyTorch()
    {
        using var folder = new TemporaryFolder();
        string libraries = Directory.CreateDirectory(Path.Combine(folder.Path, "lib")).FullName;
        nint other = NativeLibrary.Load(System);
        LibTorch.VersionOf(other, libraries).Should().BeNull();
        File.WriteAllText(Path.Combine(folder.Path, "version.py"), "from typing import Optional\n__version__ = '2.9.1+cu130'\n");
        LibTorch.VersionOf(other, libraries).Should().Be("2.9.1+cu130");
    }

    [Theory]
    [InlineData("2.10.0", true)]
    [InlineData("2.10.1+cu130", true)]
    [InlineData("2.11.0", false)]
    [InlineData("2.1.0", false)]
    [InlineData(null, false)]
    public void Versions_of_the_same_minor_number_are_expected(string? version, bool expected) =>
        LibTorch.IsExpected(version).Should().Be(expected);

    [LinuxFact]
    public void All_functions_that_TorchSharp_needs_are_in_its_libtorch_and_a_missing_one_is_named()
    {
        nint[] handles = [.. new[] { "libtorch_cpu.so", "libc10.so" }.Select(name => NativeLibrary.Load(NativeLibraryLocator.Find(name)!))];
        bool Has(string name) => handles.Any(handle => NativeLibrary.TryGetExport(handle, name, out _));
        LibTorch.Missing(new ElfImage(Binding), Has).Should().BeEmpty();
        var asked = new List<string>();
        LibTorch.Missing(new ElfImage(Binding), name =>
        {
            asked.Add(name);
            return name != asked[0] && Has(name);
        }).Should().Equal(asked[0]);
        asked.Should().HaveCountGreaterThan(1000);
    }

    [LinuxFact]
    public void CUDA_libraries_that_cannot_be_loaded_leave_the_CPU_working_and_tell_why_there_is_no_GPU()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        foreach (string library in Directory.GetFiles(Path.GetDirectoryName(NativeLibraryLocator.Find("libtorch_cpu.so"))!, "*.so*"))
            File.CreateSymbolicLink(Path.Combine(folder.Path, Path.GetFileName(library)), library);
        string broken = Path.Combine(folder.Path, "libtorch_cuda.so");
        File.WriteAllText(broken, "not a library");
        var (code, output) = Run(QuickProcess(["cuda"], (TorchRuntime.LibTorchVariable, folder.Path)));
        output.Should().StartWith("2 libtorch").And.Contain("no device 'cuda'")
            .And.Contain($"CUDA libraries are not in use: {broken} cannot be loaded");
        code.Should().Be(1);
    }

    /// <summary>The system's library as it would be without some versions.</summary>
    private static ElfImage WithoutVersions(params string[] versions)
    {
        var image = new ElfImage(System);
        foreach (int index in image.VersionDefinitions.Where(d => versions.Contains(d.Value)).Select(d => d.Key).ToList())
            image.VersionDefinitions.Remove(index);
        return image;
    }

    /// <summary>A process that loads libtorch, adds two numbers and prints where libtorch comes from: this assembly's own entry.</summary>
    private static Process QuickProcess(params (string Name, string Value)[] environment) => QuickProcess([], environment);

    private static Process QuickProcess(string[] arguments, params (string Name, string Value)[] environment) =>
        QuickProcess(arguments, "", environment);

    private static Process QuickProcess(string[] arguments, string folder, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add("--runtimeconfig");
        start.ArgumentList.Add(Path.ChangeExtension(typeof(NativeRuntimeTests).Assembly.Location, ".runtimeconfig.json"));
        start.ArgumentList.Add("--depsfile");
        start.ArgumentList.Add(Path.ChangeExtension(typeof(NativeRuntimeTests).Assembly.Location, ".deps.json"));
        start.ArgumentList.Add(typeof(NativeRuntimeTests).Assembly.Location);
        foreach (string argument in (string[])["load", .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static (int ExitCode, string Output) Run(Process process)
    {
        string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static string Hash(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
}
