using System.Diagnostics;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A fact on the first 4,000 lossless CIFAR-10 images; skipped with a message without the file or without the program
/// xz.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LosslessCifarFactAttribute : FactAttribute
{
    private const string File = "cifar10_first4000.bin.xz";

    public LosslessCifarFactAttribute(bool andJpeg = false)
    {
        Skip = new DataFactAttribute(File).Skip ?? (andJpeg ? new CifarJpegFactAttribute().Skip : null)
            ?? (HasXz() ? null : "The program xz was not found; install xz-utils.");
    }

    internal static string DecompressTo(TemporaryFolder folder)
    {
        using var xz = Process.Start(
            new ProcessStartInfo("xz", ["-dc", DataFactAttribute.PathOf(File)]) { RedirectStandardOutput = true })!;
        using var content = new MemoryStream();
        xz.StandardOutput.BaseStream.CopyTo(content);
        xz.WaitForExit();
        return folder.Write("first4000.bin", content.ToArray());
    }

    private static bool HasXz() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => Path.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "xz.exe" : "xz")));
}
