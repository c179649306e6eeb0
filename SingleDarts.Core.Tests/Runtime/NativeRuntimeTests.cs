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
