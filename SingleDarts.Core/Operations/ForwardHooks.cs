using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// Whether a module has forward hooks. TorchSharp keeps them in protected fields and has no member that tells. These accessors are bound
/// at their first use, which throws a <see cref="MissingFieldException"/> if another version of TorchSharp names the fields otherwise.
/// </summary>
internal static class ForwardHooks
{
    /// <summary>Whether a module has a forward hook or a forward pre-hook.</summary>
    /// <param name="module">The module; the modules inside it are not looked at.</param>
    public static bool Any<TBefore, TAfter>(nn.HookableModule<TBefore, TAfter> module) =>
        Fields<TBefore, TAfter>.PreHooks(module).Count + Fields<TBefore, TAfter>.PostHooks(module).Count +
        Fields<TBefore, TAfter>.ModulePreHooks(module).Count + Fields<TBefore, TAfter>.ModulePostHooks(module).Count > 0;

    /// <summary>The accessors have the type parameters of the class whose fields they read, as the runtime wants it.</summary>
    private static class Fields<TBefore, TAfter>
    {
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "pre_hooks")]
        public static extern ref Dictionary<string, TBefore> PreHooks(nn.HookableModule<TBefore, TAfter> module);

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "post_hooks")]
        public static extern ref Dictionary<string, TAfter> PostHooks(nn.HookableModule<TBefore, TAfter> module);

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "module_pre_hooks")]
        public static extern ref Dictionary<string, Action<nn.Module>> ModulePreHooks(nn.HookableModule<TBefore, TAfter> module);

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "module_post_hooks")]
        public static extern ref Dictionary<string, Action<nn.Module>> ModulePostHooks(nn.HookableModule<TBefore, TAfter> module);
    }
}
