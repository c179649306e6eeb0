namespace SingleDarts.Core.Tests;

/// <summary>A fact about loading on 64-bit Linux; reported as skipped elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "Only Linux loads libtorch in this way.";
}
